"""``collect_costs`` as it is written, run in this process over accounts that go well and do not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from infra.collect_costs import TARGET, collect_costs
from novacron.costs.collecting import BACK, ages, begin, step
from novacron.errors import Corrupted, NotFound, NovaCronError
from novacron.models.account import ProviderType
from novacron.models.collection import AccountRef, CollectEvent
from novacron.models.cost import CostMetric, Days
from novacron.models.operation import ResourceKind
from novacron.models.provider_account import ProviderAccount
from novacron.models.rate_card import FlatRates, RateCard
from novacron.providers.base import CloudProvider
from novacron.providers.billing import BillDelivery, BillingSource, BillPart
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.collections import Collections
from novacron.store.rate_cards import RateCards
from tests.bills import Bills, row
from tests.world import World

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)
DAYS = Days(start=OCTOBER, end=date(2026, 11, 1))
ONE = Decimal(1)
CARD = RateCard(
    currency="USD",
    flat=FlatRates(vcpu_hour=ONE, memory_gib_hour=Decimal(0), storage_gib_hour=Decimal(0)),
)


class Cloud(MemoryProvider, BillingSource):
    """A cloud that bills; ``bills`` by account."""

    bills: dict[str, Bills | NovaCronError] = {}

    def __init__(self, account: str) -> None:
        self._account = account

    def bill_deliveries(self, since: date) -> list[BillDelivery]:
        return self._bills().bill_deliveries(since)

    def bill_rows(self, delivery: BillDelivery, part: BillPart) -> Iterator[pa.RecordBatch]:
        return self._bills().bill_rows(delivery, part)

    def _bills(self) -> Bills:
        found = self.bills[self._account]
        if isinstance(found, NovaCronError):
            raise found
        return found


def run(world: World, accounts: list[AccountRef]) -> list[str]:
    """The states that were entered. Retries do not wait, and are not made."""
    entered: list[str] = []
    whole = json.loads(TARGET.read_text())
    each = whole["States"][whole["StartAt"]]
    for one in accounts:
        told = {"account": one.model_dump()}
        _states(world, each["ItemProcessor"], told, entered)
    return entered


def _states(
    world: World, machine: dict[str, Any], told: dict[str, Any], entered: list[str]
) -> None:
    name: str | None = machine["StartAt"]
    while name is not None:
        entered.append(name)
        state = machine["States"][name]
        name = state.get("Next")
        if state["Type"] == "Map":
            for item in _at(told, state["ItemsPath"]):
                _states(world, state["ItemProcessor"], {"month": item}, entered)
            continue
        payload = {
            key.removesuffix(".$"): _at(told, value) if key.endswith(".$") else value
            for key, value in state["Parameters"]["Payload"].items()
        }
        try:
            event = CollectEvent.model_validate_json(json.dumps(payload))
            answer = step(world.services, event).model_dump(mode="json")
        except Exception as error:
            if "Catch" not in state:
                raise
            cause = json.dumps({"errorMessage": str(error)})
            told["failure"] = {"Error": type(error).__name__, "Cause": cause}
            name = state["Catch"][0]["Next"]
            continue
        if state["ResultPath"] == "$.observed":
            told["observed"] = {"items": answer["items"]}


def _at(told: Any, path: str) -> Any:
    for name in path.removeprefix("$.").split("."):
        told = told[name]
    return told


@pytest.fixture
def clouds(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two AWS accounts beside the one of the world."""
    world.clock.at = NOW
    world.services.cost_store = f"file://{tmp_path}/costs"
    for name in ("acc-a", "acc-b"):
        told: dict[str, Any] = {"id": name, "type": ProviderType.AWS, "created_at": NOW}
        world.services.store.save_account(world.account.model_copy(update=told))

    def of(account: ProviderAccount) -> CloudProvider:
        return Cloud(account.id)

    monkeypatch.setattr(world.services.providers, "of", of)
    monkeypatch.setattr(Cloud, "bills", {})
    return world


def refs(*names: str) -> list[AccountRef]:
    return [AccountRef(tenant="acme", account_id=name) for name in names]


def billed(world: World, account: str, metric: CostMetric = CostMetric.BILLED) -> Decimal:
    daily = world.services.ledger("acme").daily(DAYS, metric, {"account": [account]})
    return sum(daily.values(), Decimal(0))


def bills(*costs: str, **told: Any) -> Bills:
    return Bills([row(date(2026, 10, 2 + n), cost, **told) for n, cost in enumerate(costs)])


def test_one_accounts_failure_stops_no_other(clouds: World) -> None:
    Cloud.bills = {"acc-a": Corrupted("part 3 is cut"), "acc-b": bills("1.5", "2")}

    entered = run(clouds, refs("acc-a", "acc-b"))

    assert entered.count("Collect") == 5, "two estimates of each account, and a bill"
    assert billed(clouds, "acc-b") == Decimal("3.5")
    collections = Collections(clouds.services.store.table)
    failed = collections.last("acme", "acc-a")
    assert failed is not None
    assert (failed.code, failed.detail) == ("Corrupted", "part 3 is cut")
    well = collections.last("acme", "acc-b")
    assert well is not None
    assert well.code is None
    Cloud.bills["acc-a"] = bills("4")
    run(clouds, refs("acc-a"))
    assert billed(clouds, "acc-a") == 4
    mended = collections.last("acme", "acc-a")
    assert mended is not None
    assert mended.code is None


def test_a_month_that_fails_is_noted_and_the_others_go_on(clouds: World) -> None:
    class Cut(Bills):
        def bill_rows(self, delivery: BillDelivery, part: BillPart) -> Iterator[pa.RecordBatch]:
            raise Corrupted("part 3 is cut")

    Cloud.bills = {"acc-a": Cut([row(date(2026, 10, 2), "1")]), "acc-b": bills("2")}
    entered = run(clouds, refs("acc-a", "acc-b"))
    assert "NoteMonth" in entered
    failed = Collections(clouds.services.store.table).last("acme", "acc-a")
    assert failed is not None
    assert failed.detail == "part 3 is cut"
    assert billed(clouds, "acc-b") == 2


def test_collecting_again_changes_nothing(clouds: World) -> None:
    Cloud.bills = {"acc-a": bills("1.5", "2")}
    for _ in range(3):
        run(clouds, refs("acc-a"))
    assert billed(clouds, "acc-a") == Decimal("3.5")


def test_months_that_may_be_restated_are_looked_at() -> None:
    for day in range(1, 32):
        now = datetime(2026, 10, day, tzinfo=UTC)
        assert (now - BACK).date().replace(day=1) <= date(2026, 9, 1)


def test_ones_own_hosts_are_metered(clouds: World) -> None:
    own = clouds.account.id
    RateCards(clouds.services.store.table).save("acme", own, CARD, NOW - timedelta(days=60))
    clouds.clock.at = NOW - timedelta(hours=10)
    _vm(clouds, own)
    clouds.clock.at = NOW
    run(clouds, refs(own))
    assert float(billed(clouds, own)) == pytest.approx(20, abs=0.01)


def test_estimates_are_replaced_by_the_bill_and_their_error_is_kept(clouds: World) -> None:
    clouds.clock.at = datetime(2026, 10, 3, tzinfo=UTC)
    _vm(clouds, "acc-a", instance_type="m5.large", region="us-east-1", provider_id="i-1")
    clouds.clock.at = datetime(2026, 10, 5, 6, tzinfo=UTC)
    Cloud.bills = {"acc-a": NotFound("No export.")}
    run(clouds, refs("acc-a"))
    hourly = Decimal("0.096")
    estimated = float(billed(clouds, "acc-a"))
    assert estimated == pytest.approx(float(54 * hourly), abs=0.001)

    named = {"ServiceName": "Amazon Elastic Compute Cloud", "ResourceId": "i-1"}
    Cloud.bills = {"acc-a": Bills([row(date(2026, 10, 3), "2", **named)])}
    run(clouds, refs("acc-a"))
    # The third is billed; the fourth and the six hours after it are estimates still.
    assert float(billed(clouds, "acc-a")) == pytest.approx(float(2 + 30 * hourly), abs=0.001)
    [error] = Collections(clouds.services.store.table).errors("acme")
    assert (error.service, error.through) == (named["ServiceName"], date(2026, 10, 3))
    assert error.billed == 2
    assert float(error.estimated) == pytest.approx(float(24 * hourly), abs=0.001)
    assert float(error.share or 0) == pytest.approx(0.152, abs=0.001)


def test_freshness_is_told_by_account(clouds: World) -> None:
    Cloud.bills = {"acc-a": bills("1"), "acc-b": NotFound("No export.")}
    run(clouds, refs("acc-a", "acc-b"))
    clouds.clock.at += timedelta(hours=40)
    told: dict[str, float] = {}
    oldest = ages(clouds.services, told.__setitem__)
    assert set(told) == {"acc-a", clouds.account.id}, "an account without an export is not late"
    assert told["acc-a"] > 40
    assert oldest == max(told.values())


def test_a_collection_starts_once_an_hour_for_all_accounts(clouds: World) -> None:
    started: dict[str, list[AccountRef]] = {}

    class Runner:
        def start(self, name: str, accounts: list[AccountRef]) -> None:
            started.setdefault(name, accounts)

    for _ in range(2):
        assert begin(clouds.services, Runner()) == 3
    [(name, accounts)] = started.items()
    assert name.startswith("20261020T12")
    assert {one.account_id for one in accounts} == {"acc-a", "acc-b", clouds.account.id}


def test_every_state_times_out_tries_again_and_is_caught() -> None:
    def tasks(found: Any) -> Iterator[dict[str, Any]]:
        if isinstance(found, dict):
            if found.get("Type") == "Task":
                yield found
            for value in found.values():
                yield from tasks(value)

    every = list(tasks(collect_costs()))
    assert len(every) == 4
    for task in every:
        assert 0 < task["TimeoutSeconds"] <= 900
        assert all(one["JitterStrategy"] == "FULL" for one in task["Retry"])
        notes = task["Parameters"]["Payload"]["step"] == "note"
        assert ("Catch" in task) is not notes
        names = {name.removesuffix(".$") for name in task["Parameters"]["Payload"]}
        assert names <= {"tenant", "account_id", "step", "period", "estimated", "failure"}


def _vm(world: World, account: str, **told: Any) -> None:
    from novacron.models.operation import ResourceRecord

    now = world.clock()
    own = {key: told.pop(key) for key in ("region", "provider_id") if key in told}
    document = {"bills_compute": True, "vcpus": 2, "memory_mib": 1024, **told}
    record = ResourceRecord(
        id="vm-1",
        tenant="acme",
        kind=ResourceKind.VM,
        account_id=account,
        name="web",
        state="running",
        document=document,
        observed_at=now,
        created_at=now,
        **({"region": "lab", "provider_id": "p-1"} | own),
    )
    world.services.store.adopt(record, ProviderType.AWS)
