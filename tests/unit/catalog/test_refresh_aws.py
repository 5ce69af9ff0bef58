"""AWS's prices are read a region at a time, and published together or not at all."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from novacron.catalog import live
from novacron.catalog.catalog import price
from novacron.catalog.rates import rate, rates
from novacron.catalog.refresh import aws
from novacron.catalog.refresh.aws_files import files
from novacron.catalog.refresh.refresh import Priced
from novacron.catalog.refresh.staged import staged
from novacron.errors import PermissionDenied, ProviderUnavailable, Throttled
from novacron.migration.objects import ObjectStore
from novacron.models.account import ProviderType
from novacron.models.price import PriceKind, Unit
from novacron.operations.refresh_prices import RefreshedRegion, refresh_aws
from tests.price_list import (
    FILE,
    INDEX,
    SAVINGS,
    PriceList,
    address,
    out,
    place,
    plan,
    price_list,
    reserved,
    small_aws,
    snapshot_of,
    vm,
    volume,
)
from tests.shipped import shipping

AWS = ProviderType.AWS
US, EU = "us-east-1", "eu-west-1"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with shipping(monkeypatch, AWS, small_aws("2026-06-18")):
        yield


@pytest.fixture
def told() -> Iterator[PriceList]:
    with price_list() as made:
        made.rows = {
            EU: [vm(EU, "m5.large", "0.107")],
            US: [
                vm(US, "m5.large", "0.0960000000"),
                vm(US, "m5.xlarge", "0.192", Product_Family="Compute Instance (bare metal)"),
                vm(US, "t4g.nano", "0.0000000000"),
                vm(US, "x99.new", "1.5"),
                volume(US, "gp3", "0.08"),
                vm(US, "m5.large", "9", Operating_System="Windows"),
                vm(US, "m5.large", "9", Tenancy="Dedicated"),
                vm(US, "m5.large", "9", CapacityStatus="UnusedCapacityReservation"),
                vm(US, "m5.large", "9", **{"Pre Installed S/W": "SQL Web"}),
                vm(US, "m5.large", "9", Currency="CNY"),
                vm(US, "m5.large", "9", MarketOption="CapacityBlock"),
                vm(US, "m5.large", "9", Location_Type="AWS Local Zone"),
                vm("us-east-1-bos-1", "m5.large", "9"),
            ],
            "xx-new-1": [vm("xx-new-1", "m5.large", "0.3")],
        }
        yield made


class Operator:
    """Runs the function every half hour."""

    def __init__(self, index: str) -> None:
        self.store = ObjectStore.at("memory:///")
        self.index, self.now = index, NOW
        self.spot: Callable[[str, datetime], list[Priced]] = lambda *_: []

    def run(self) -> RefreshedRegion:
        services: Any = SimpleNamespace(costs=self.store, now=lambda: self.now)
        self.now += timedelta(minutes=30)
        return refresh_aws(services, self.index, self.spot)

    def read(self) -> None:
        live.forget()
        live.use_newest(self.store, self.now)


@pytest.fixture
def operator(told: PriceList) -> Operator:
    return Operator(told.index)


def _hourly(region: str) -> str:
    found = price(AWS, "m5.large", region)
    assert found is not None
    return str(found.hourly)


def test_regions_are_read_in_turn_and_published_together(operator: Operator) -> None:
    first = operator.run()
    assert (first.region, first.waiting, first.snapshot) == (EU, 1, None)
    operator.read()
    assert _hourly(EU) == "0.11"
    second = operator.run()
    assert (second.region, second.waiting) == (US, 0)
    operator.read()
    assert [_hourly(region) for region in (EU, US)] == ["0.107", "0.0960000000"]


def test_what_is_unknown_or_zero_is_reported_and_never_priced(operator: Operator) -> None:
    operator.run()
    done = operator.run()
    assert done.unknown_regions == ["xx-new-1"]
    assert done.snapshot is not None
    assert (done.snapshot.zero, done.snapshot.unknown) == (1, ["x99.new"])
    assert done.snapshot.on_demand == 3
    operator.read()
    assert price(AWS, "t4g.nano", US) is None


def test_prices_that_aws_does_not_tell_keep_their_source(operator: Operator) -> None:
    operator.run()
    operator.run()
    operator.read()
    storage = {one.name: str(one.price) for one in rates(AWS, US, PriceKind.STORAGE, NOW.date())}
    assert storage == {"gp2": "0.2", "gp3": "0.08"}
    assert [str(one.price) for one in rates(AWS, US, PriceKind.ADDRESS, NOW.date())] == ["0.005"]


def test_all_that_aws_tells_of_a_region_is_published(operator: Operator, told: PriceList) -> None:
    told.rows[US] += [
        *reserved(US, "m5.large", "0.0605"),
        *reserved(US, "x99.new", "1"),
        snapshot_of(US, "EBS:SnapshotUsage", "0.05"),
    ]
    told.transfer = {US: [out(US, "0", "0.09"), out(US, "10240", "0.085")]}
    told.vpc = {US: [address(US, "USE1-PublicIPv4:InUseAddress", "0.006")]}
    done = [operator.run() for _ in range(2)][-1].snapshot
    assert done is not None
    assert done.unknown == ["x99.new"]
    operator.read()
    found = {kind: rates(AWS, US, kind, NOW.date()) for kind in PriceKind}
    [commitment] = found[PriceKind.COMMITMENT]
    assert (commitment.name, str(commitment.price)) == ("m5.large", "0.06050000")
    assert (commitment.term, commitment.payment) == ("1y", "no-upfront")
    assert [(one.start, str(one.price)) for one in found[PriceKind.EGRESS]] == [
        (0, "0.09"),
        (10240, "0.085"),
    ]
    assert [str(one.price) for one in found[PriceKind.ADDRESS]] == ["0.006"]
    assert [one.name for one in found[PriceKind.SNAPSHOT]] == ["standard"]
    assert not any(one.stale for rows in found.values() for one in rows if one.source != "shipped")


def test_savings_plans_are_published_beside_reserved_instances(
    operator: Operator, told: PriceList
) -> None:
    told.rows[US] += reserved(US, "m5.large", "0.0605")
    told.plans = {
        US: [plan(US, "m5.large", "0.0702"), plan(US, "m5.xlarge", "0.1404")],
        "us-east-1-bos-1": [plan("us-east-1-bos-1", "m5.large", "9")],
    }
    assert [operator.run().plans for _ in range(2)] == [0, 2]
    operator.read()
    found = rates(AWS, US, PriceKind.COMMITMENT, NOW.date())
    assert {(one.name, one.term, one.payment, str(one.price)) for one in found} == {
        ("m5.large", "1y", "no-upfront", "0.06050000"),
        ("m5.large", "1y", "savings-plan", "0.0702"),
        ("m5.xlarge", "1y", "savings-plan", "0.1404"),
    }


@pytest.mark.parametrize("missing", [place(INDEX, SAVINGS), f"{place(FILE, SAVINGS, EU)}.csv"])
@pytest.mark.parametrize("status", [403, 404])
def test_a_copy_without_savings_plans_has_all_else(
    operator: Operator, told: PriceList, missing: str, status: int
) -> None:
    told.plans = {EU: [plan(EU, "m5.large", "0.078")]}
    told.absent[missing] = status
    done = [operator.run() for _ in range(2)]
    assert [(one.region, one.plans) for one in done] == [(EU, 0), (US, 0)]
    assert done[-1].snapshot is not None
    assert missing in told.asked


def test_savings_plans_that_fail_are_waited_for(operator: Operator, told: PriceList) -> None:
    told.absent[place(INDEX, SAVINGS)] = 503
    with pytest.raises(ProviderUnavailable):
        operator.run()
    assert list(staged(operator.store)) == []


@pytest.mark.parametrize("service", ["AWSDataTransfer", "AmazonVPC", SAVINGS])
def test_a_small_file_that_breaks_off_changes_nothing(
    operator: Operator, told: PriceList, service: str
) -> None:
    told.transfer = {EU: [out(EU, "0", "0.09")]}
    told.vpc = {EU: [address(EU, "EU-PublicIPv4:InUseAddress", "0.005")]}
    told.plans = {EU: [plan(EU, "m5.large", "0.078")]}
    told.short[service] = 1
    with pytest.raises(ProviderUnavailable):
        operator.run()
    assert list(staged(operator.store)) == []


def test_the_next_snapshot_comes_once_all_regions_are_newer(
    operator: Operator, told: PriceList
) -> None:
    assert [operator.run().snapshot is not None for _ in range(4)] == [False, True, False, False]
    told.rows[EU] = [vm(EU, "m5.large", "0.2")]
    operator.now += timedelta(days=1)
    live.forget()
    found = [operator.run() for _ in range(2)]
    assert [one.snapshot is not None for one in found] == [False, True]
    operator.read()
    assert _hourly(EU) == "0.2"


@pytest.mark.parametrize("short", [1, 200])
def test_a_file_that_breaks_off_changes_nothing(
    operator: Operator, told: PriceList, short: int
) -> None:
    told.short["AmazonEC2"] = short
    with pytest.raises(ProviderUnavailable):
        operator.run()
    assert list(staged(operator.store)) == []


def test_a_file_of_few_prices_is_not_taken(operator: Operator, told: PriceList) -> None:
    operator.run()
    told.rows[US] = [volume(US, "gp3", "0.08")]
    with pytest.raises(ProviderUnavailable, match="0 prices in us-east-1"):
        operator.run()
    assert [one.region for one in staged(operator.store)] == [EU]


def test_other_columns_and_no_numbers_are_refused(operator: Operator, told: PriceList) -> None:
    for bad in ({"Region Code": EU}, vm(EU, "m5.large", "free")):
        told.rows[EU] = [bad]
        with pytest.raises(ProviderUnavailable):
            operator.run()


@pytest.mark.parametrize(("status", "kind"), [(429, Throttled), (503, ProviderUnavailable)])
def test_a_refusal_is_told(
    operator: Operator, told: PriceList, status: int, kind: type[Exception]
) -> None:
    told.status = status
    with pytest.raises(kind):
        operator.run()


def test_a_large_file_is_not_held(told: PriceList) -> None:
    """20,000 lines of 9 MB of which one counts."""
    other = vm(US, "m5.large", "9", Operating_System="Windows")
    told.rows = {US: [*[other] * 20_000, vm(US, "m5.large", "0.096")]}
    url = files(told.index)[US]
    tracemalloc.start()
    found = list(aws.prices(url, US))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 1
    assert most < 40e6, "the server's own copy and the reader's lines"


def test_spot_prices_are_published_and_stay_where_they_are_not_told(operator: Operator) -> None:
    def told(region: str, _now: datetime) -> list[Priced]:
        if region == EU:
            raise PermissionDenied("The role may not.")
        return [Priced(PriceKind.SPOT, region, "m5.large", Unit.HOUR, Decimal("0.03"))]

    operator.spot = told
    assert operator.run().no_spot == "The role may not."
    assert operator.run().no_spot == ""
    operator.read()
    found = rate(AWS, US, PriceKind.SPOT, "m5.large", operator.now.date())
    assert found is not None
    assert found.price == Decimal("0.03")
    assert rate(AWS, EU, PriceKind.SPOT, "m5.large", operator.now.date()) is None
