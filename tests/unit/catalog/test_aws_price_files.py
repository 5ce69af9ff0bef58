"""What is read out of AWS's price list, and what is passed over."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from novacron.catalog.refresh import aws, aws_network, aws_plans
from novacron.catalog.refresh.aws_files import TRANSFER, VPC, files, plan_files
from novacron.catalog.refresh.refresh import Priced
from novacron.errors import ProviderUnavailable
from novacron.models.price import PriceKind
from tests.price_list import (
    PriceList,
    Row,
    address,
    out,
    plan,
    price_list,
    reserved,
    snapshot_of,
    vm,
)

US, LARGE = "us-east-1", "m5.large"
PARTIAL = {"PurchaseOption": "Partial Upfront", "OfferTermCode": "HU7G6KETJZ"}
ALL = {"PurchaseOption": "All Upfront", "OfferTermCode": "NQ3QZPMQV9"}


@pytest.fixture
def told() -> Iterator[PriceList]:
    with price_list() as made:
        yield made


def _read(told: PriceList, rows: list[Row]) -> list[Priced]:
    told.rows = {US: rows}
    return list(aws.prices(files(told.index)[US], US))


def _commitments(told: PriceList, rows: list[Row]) -> dict[tuple[str, str], str]:
    found = _read(told, [*rows, vm(US, LARGE, "0.096")])
    assert [one.kind for one in found].count(PriceKind.ON_DEMAND) == 1
    told_of = [one for one in found if one.kind is PriceKind.COMMITMENT]
    assert {(one.name, one.region, one.start) for one in told_of} <= {(LARGE, US, 0)}
    return {(one.term, one.payment): str(one.price) for one in told_of}


def test_an_offering_is_its_two_halves_by_the_hour(told: PriceList) -> None:
    """In any order: 257 USD over 8,760 hours are 0.02933790."""
    partial = reserved(US, LARGE, "0.0293", "257", **PARTIAL)
    whole = reserved(US, LARGE, "0.0000000000", "978", LeaseContractLength="3yr", **ALL)
    rows = [*reversed(partial), whole[0], *reserved(US, LARGE, "0.0605"), whole[1]]
    assert _commitments(told, rows) == {
        ("1y", "no-upfront"): "0.06050000",
        ("1y", "partial-upfront"): "0.05863790",
        ("3y", "all-upfront"): "0.03721461",
    }


def test_what_lacks_a_half_is_left_out(told: PriceList) -> None:
    """A fee alone, and hours alone of what is paid ahead in part or whole."""
    for hourly, fee, how in (
        ("", "257", PARTIAL),
        ("0.0293", "", PARTIAL),
        ("0.0000000000", "", ALL),
        ("", "505", ALL),
        ("", "1", {"PurchaseOption": "No Upfront"}),
    ):
        assert _commitments(told, reserved(US, LARGE, hourly, fee, **how)) == {}


def test_halves_of_two_offerings_are_not_put_together(told: PriceList) -> None:
    fee = reserved(US, LARGE, "", "257", **PARTIAL)
    hours = reserved(US, LARGE, "0.0293", SKU="ANOTHER", **PARTIAL)
    assert _commitments(told, [*fee, *hours]) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"Operating_System": "Windows"},
        {"Tenancy": "Dedicated"},
        {"CapacityStatus": "UnusedCapacityReservation"},
        {"Pre Installed S/W": "SQL Web"},
        {"OfferingClass": "convertible"},
        {"LeaseContractLength": "5yr"},
        {"PurchaseOption": "Heavy Utilization"},
        {"Unit": "Count"},
        {"Currency": "CNY"},
        {"Location_Type": "AWS Local Zone"},
        {"Region_Code": "us-east-1-bos-1"},
        {"Product_Family": "Dedicated Host"},
    ],
)
def test_other_offerings_are_passed_over(told: PriceList, changes: dict[str, str]) -> None:
    assert _commitments(told, reserved(US, LARGE, "9", **changes)) == {}


def test_of_two_prices_of_one_half_the_later_counts(told: PriceList) -> None:
    rows = [*reserved(US, LARGE, "0.07"), *reserved(US, LARGE, "0.0605")]
    assert _commitments(told, rows) == {("1y", "no-upfront"): "0.06050000"}


def test_a_fee_that_is_no_number_is_refused(told: PriceList) -> None:
    with pytest.raises(ProviderUnavailable, match="no number"):
        _read(told, reserved(US, LARGE, "0.0293", "much", **PARTIAL))


def test_snapshots_are_those_of_the_region(told: PriceList) -> None:
    rows = [
        snapshot_of(US, "EBS:SnapshotUsage", "0.05"),
        snapshot_of(US, "USE1-EBS:SnapshotArchiveStorage", "0.0125"),
        snapshot_of(US, "USE1-EBS:SnapshotUsage.outposts", "9"),
        snapshot_of(US, "USE1-EBS:SnapshotArchiveRetrieval", "9"),
    ]
    found = [(one.kind, one.name, str(one.price)) for one in _read(told, rows)]
    kind = PriceKind.SNAPSHOT
    assert found == [(kind, "standard", "0.05"), (kind, "archive", "0.0125")]


def _egress(told: PriceList, rows: list[Row]) -> list[tuple[str, int, Decimal]]:
    told.transfer = {US: rows}
    url = files(told.index, TRANSFER)[US]
    return [(one.name, one.start, one.price) for one in aws_network.egress(url, US)]


def test_egress_is_to_the_internet_by_tier(told: PriceList) -> None:
    """In any order, and the first that is paid begins at 0."""
    tiers = [out(US, "10240", "0.085"), out(US, "0", "0"), out(US, "100", "0.09")]
    others = [
        out(US, "0", "9", usageType="Global-DataTransfer-Out-Bytes"),
        out(US, "0", "9", usageType="USE1-USW2-AWS-Out-Bytes"),
        out(US, "0", "9", From_Region_Code="us-east-1-bos-1"),
        out(US, "0", "9", Transfer_Type="AWS Inbound"),
        out(US, "0", "9", To_Location="US West (Oregon)"),
        out(US, "0", "9", Currency="CNY"),
        out(US, "0", "9", Unit="Hrs"),
        out(US, "0", "9", TermType="Reserved"),
    ]
    wanted = [("internet", 0, Decimal("0.09")), ("internet", 10240, Decimal("0.085"))]
    assert _egress(told, [*tiers, *others]) == wanted


def test_addresses_are_those_in_use(told: PriceList) -> None:
    rows = [
        address(US, "USE1-PublicIPv4:InUseAddress", "0.005"),
        address(US, "USE1-PublicIPv4:IdleAddress", "9"),
        address(US, "USE1-PublicIPv4:ContiguousBlock", "9"),
        address("us-east-1-bos-1", "BOS1-PublicIPv4:InUseAddress", "9"),
        address(US, "USE1-PublicIPv4:InUseAddress", "9", Unit="GB"),
    ]
    told.vpc = {US: rows}
    [found] = aws_network.addresses(files(told.index, VPC)[US], US)
    assert (found.kind, found.name, str(found.price)) == (PriceKind.ADDRESS, "ipv4", "0.005")


def _plans(told: PriceList, rows: list[Row]) -> list[tuple[str, str, str, str]]:
    told.plans = {US: rows}
    found = list(aws_plans.prices(plan_files(told.index)[US], US))
    assert {(one.kind, one.region, one.start) for one in found} <= {(PriceKind.COMMITMENT, US, 0)}
    return [(one.name, one.term, one.payment, str(one.price)) for one in found]


def test_a_plan_has_one_and_three_years(told: PriceList) -> None:
    """With the region's prefix or without, and of bare metal too."""
    prefixed = {"DiscountedUsageType": "USE1-BoxUsage:m5.metal", "LeaseContractLength": "3"}
    rows = [plan(US, LARGE, "0.0702"), plan(US, "m5.metal", "2.304", **prefixed)]
    assert _plans(told, rows) == [
        (LARGE, "1y", "savings-plan", "0.0702"),
        ("m5.metal", "3y", "savings-plan", "2.304"),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"DiscountedOperation": "RunInstances:0002"},
        {"DiscountedUsageType": "DedicatedUsage:m5.large"},
        {"DiscountedUsageType": "USE1-HostBoxUsage:m5.large"},
        {"DiscountedUsageType": "USE1-UnusedBox:m5.large"},
        {"DiscountedUsageType": "HostUsage:m5"},
        {"DiscountedServiceCode": "AmazonECS"},
        {"DiscountedRegionCode": "us-east-1-bos-1"},
        {"PurchaseOption": "Partial Upfront"},
        {"PurchaseOption": "All Upfront"},
        {"LeaseContractLength": "2"},
        {"LeaseContractLengthUnit": "month"},
        {"Product_Family": "EC2InstanceSavingsPlans"},
        {"Unit": "Quantity"},
        {"Currency": "CNY"},
    ],
)
def test_other_plans_are_passed_over(told: PriceList, changes: dict[str, str]) -> None:
    assert _plans(told, [plan(US, LARGE, "9", **changes)]) == []


def test_plans_of_other_columns_and_no_numbers_are_refused(told: PriceList) -> None:
    for bad in (vm(US, LARGE, "0.096"), plan(US, LARGE, "free")):
        with pytest.raises(ProviderUnavailable):
            _plans(told, [bad])


def test_other_columns_and_no_numbers_are_refused(told: PriceList) -> None:
    start = out(US, "first", "0.09")
    told.vpc = {US: [out(US, "0", "0.005")]}
    for rows in ([address(US, "DataTransfer-Out-Bytes", "9")], [start]):
        with pytest.raises(ProviderUnavailable):
            _egress(told, rows)
    with pytest.raises(ProviderUnavailable, match="columns"):
        list(aws_network.addresses(files(told.index, VPC)[US], US))
