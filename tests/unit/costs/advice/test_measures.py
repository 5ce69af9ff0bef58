"""Histograms, usage, right-sizing, and what was really saved."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from novacron.costs.advice.bill import Bill, native_id, read
from novacron.costs.advice.histogram import added, new, percentile
from novacron.costs.advice.idle import percentile_of, verdict
from novacron.costs.advice.realised import measure, measured
from novacron.costs.advice.right_size import Need, Size, fitting_types, needed
from novacron.costs.advice.rules import SHIPPED
from novacron.costs.advice.usage import begun, counted, extended
from novacron.costs.imports import import_delivery
from novacron.models.account import MetricName, MetricPoint, ProviderType
from novacron.models.cost import Days
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.recommendation import Confidence, Recommendation, RecommendationKind
from novacron.store.recommendations import AdviceStore
from tests.bills import Bills, row
from tests.world import World

AT = datetime(2026, 1, 5, tzinfo=UTC)
M = MetricName


def test_percentiles_are_bucket_ends_and_never_too_low() -> None:
    histogram = added(new(0.01, AT), [(AT, value / 100) for value in range(1, 101)])
    for share in (0.5, 0.95, 0.99, 1.0):
        found = percentile(histogram, share)
        assert share <= found <= share * 1.06


def test_old_samples_fade() -> None:
    later = AT + timedelta(days=28)
    histogram = added(new(0.01, AT), [(AT, 4.0)] * 100 + [(later, 1.0)] * 100)
    assert percentile(histogram, 0.9) < 1.1
    assert percentile(histogram, 0.999) > 3.9
    far = added(histogram, [(AT + timedelta(days=7 * 70), 2.0)])
    assert percentile(far, 0.99) == pytest.approx(2.0, rel=0.06)
    assert far.total == pytest.approx(1.0, rel=0.01)


def test_a_nearest_rank_percentile() -> None:
    assert percentile_of([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile_of([float(n) for n in range(1, 101)], 0.95) == 95.0
    assert percentile_of([7.0], 0.95) == 7.0


def _points(name: M, values: list[float], minutes: int = 5) -> list[MetricPoint]:
    step = timedelta(minutes=minutes)
    return [MetricPoint(name=name, at=AT + n * step, value=v) for n, v in enumerate(values)]


def test_points_become_hours_and_rates_once() -> None:
    cpu = _points(M.CPU_PERCENT, [10.0] * 11 + [50.0] + [20.0] * 3)
    network = _points(M.NETWORK_IN_BYTES, [300.0] * 15) + _points(M.NETWORK_OUT_BYTES, [0.0] * 15)
    now = AT + timedelta(minutes=73)
    usage = extended(begun("acme", "vm-1", AT), cpu + network, 4, None, now)
    assert usage.through == AT + timedelta(minutes=70), "the last period has not ended"
    first, second = usage.hours
    assert (first.points, first.cpu_max, first.network) == (12, 50.0, 1.0)
    assert second.points == 2
    assert usage.memory is None
    assert extended(usage, cpu + network, 4, None, now) == usage
    whole = extended(usage, cpu + network, 4, None, now + timedelta(hours=1))
    assert [hour.points for hour in whole.hours] == [12, 3]
    assert percentile(whole.cpu, 1.0) == pytest.approx(2.0, rel=0.06)


def test_a_count_since_the_start_is_a_mean_and_says_so() -> None:
    def told(sent: float) -> list[MetricPoint]:
        values = {M.CPU_PERCENT: 2.0, M.NETWORK_IN_BYTES: 0.0, M.NETWORK_OUT_BYTES: sent}
        return [MetricPoint(name=name, at=AT, value=value) for name, value in values.items()]

    usage = counted(begun("acme", "vm-1", AT), told(1000), AT + timedelta(hours=1))
    assert usage.hours[-1].network is None
    usage = counted(usage, told(8200), AT + timedelta(hours=2))
    assert usage.hours[-1].network == 2.0
    usage = counted(usage, told(3600), AT + timedelta(hours=3))
    assert usage.hours[-1].network == 1.0, "it was started again"
    rule = SHIPPED[0].model_copy(update={"thresholds": {**SHIPPED[0].thresholds, "min_hours": 2}})
    found = verdict(usage, rule)
    assert (found.idle, found.confidence) == (True, Confidence.LOW)
    assert any(one.startswith("peaks") for one in found.unknown)


RIGHT = next(rule for rule in SHIPPED if rule.kind is RecommendationKind.RIGHT_SIZE)
XLARGE = Size(4, 16384, "m5.xlarge", Decimal("0.192"))


def _types(need: Need, now: Size = XLARGE) -> list[Size]:
    return fitting_types(ProviderType.AWS, "us-east-1", need, now)


def test_types_hold_what_is_needed_and_cost_less() -> None:
    found = _types(Need(1.5, 5000))
    assert found
    for one in found:
        assert one.vcpus >= 2
        assert one.memory_mib >= 5000
        assert one.hourly is not None
        assert one.hourly < Decimal("0.192")
    names = {one.instance_type for one in found}
    assert "m7i-flex.large" in names
    assert not {name for name in names if name and name.startswith(("t3", "t2", "m6g"))}


def test_unknown_memory_never_shrinks() -> None:
    assert all(one.memory_mib >= 16384 for one in _types(Need(1.5, None)))


def test_what_moves_many_bytes_is_left_alone() -> None:
    cpu = _points(M.CPU_PERCENT, [3.0] * 24 * 6, 60)
    wide = [20_000_000.0 * 3600] * 24 * 6
    network = _points(M.NETWORK_IN_BYTES, wide, 60) + _points(M.NETWORK_OUT_BYTES, wide, 60)
    now = AT + timedelta(days=7)
    quiet = extended(begun("acme", "vm-1", AT), cpu, 4, None, now)
    busy = extended(begun("acme", "vm-1", AT), cpu + network, 4, None, now)
    need = needed(quiet, RIGHT)
    assert need is not None
    assert need.vcpus == pytest.approx(0.12 * 1.2, rel=0.06)
    assert need.memory_mib is None
    assert needed(busy, RIGHT) is None


APPLIED = date(2026, 1, 15)


def _found(world: World) -> Recommendation:
    at = datetime(2026, 1, 15, 12, tzinfo=UTC)
    told = {
        "id": "rec-1",
        "tenant": "acme",
        "kind": "idle-vm",
        "state": "applied",
        "rule": "idle-vm",
        "reference": "r",
        "account_id": world.account.id,
        "resource_id": "vm-1",
        "resource_name": "n",
        "title": "t",
        "detail": "d",
        "saving": "73",
        "currency": "USD",
        "formula": "f",
        "confidence": "high",
        "risk": "r",
        "found_at": at,
        "updated_at": at,
        "applied_at": at,
    }
    return Recommendation.model_validate(told)


def _billed(world: World, folder: Path, days: dict[int, str], other: int) -> None:
    """``other``: the last day on which something else was billed."""
    world.services.cost_store = f"file://{folder}/costs"
    rows = [row(date(2026, 1, day), cost, ResourceId="i-1") for day, cost in days.items()]
    rows += [row(date(2026, 1, day), "9", ResourceId="i-2") for day in range(1, other + 1)]
    bills = Bills(rows)
    import_delivery(world.services, world.account, bills, bills.delivery("1", datetime.now(UTC)))


def _bill(world: World) -> Bill:
    days = Days(start=date(2026, 1, 1), end=date(2026, 2, 1))
    return read(world.services.ledger("acme"), days)


@pytest.mark.parametrize(
    ("name", "native"),
    [
        ("i-1", "i-1"),
        ("arn:aws:ec2:us-east-1:123456789012:volume/vol-1", "vol-1"),
        ("/subscriptions/S/resourceGroups/R/providers/Microsoft.Compute/disks/NC-1", "nc-1"),
        (
            "/subscriptions/S/providers/Microsoft.Network/x/LB",
            "/subscriptions/s/providers/microsoft.network/x/lb",
        ),
        ("//compute.googleapis.com/projects/p/zones/z-b/disks/nc-1", "z-b/nc-1"),
        ("projects/p/global/snapshots/nc-1", "nc-1"),
        (
            "//compute.googleapis.com/projects/p/global/forwardingRules/r",
            "//compute.googleapis.com/projects/p/global/forwardingRules/r",
        ),
    ],
)
def test_a_bill_names_resources_as_each_cloud_does(name: str, native: str) -> None:
    assert native_id(name) == native


def test_the_saving_is_kept_with_the_advice(world: World, tmp_path: Path) -> None:
    _billed(world, tmp_path, dict.fromkeys(range(1, 15), "2.40"), other=20)
    store, at = world.services.store, datetime(2026, 1, 15, 12, tzinfo=UTC)
    made = ResourceRecord(
        id="vm-1",
        tenant="acme",
        kind=ResourceKind.VM,
        account_id=world.account.id,
        provider_id="i-1",
        name="n",
        region="local",
        state="stopped",
        observed_at=at,
        created_at=at,
    )
    store.adopt(made, world.account.type)
    AdviceStore(store.table).save(_found(world), None)
    world.clock.at = datetime(2026, 1, 21, tzinfo=UTC)
    assert measure(world.services, "acme", world.services.ledger("acme")) == 1
    kept = AdviceStore(store.table).get("acme", "rec-1")
    assert (kept.realised, kept.saving) == (Decimal("73.00"), Decimal(73))
    assert kept.realised_through == date(2026, 1, 20)
    assert measure(world.services, "acme", world.services.ledger("acme")) == 0


def test_the_saving_is_measured_from_the_bill(world: World, tmp_path: Path) -> None:
    before = {day: "2.30" if day % 2 else "2.50" for day in range(1, 15)}
    _billed(world, tmp_path, {**before, 15: "1.1", 16: "0.2", 17: "0.2"}, other=25)
    found = measured(_bill(world), _found(world), ["i-1"])
    assert found is not None
    after = Decimal("0.4") / 10
    assert found.saving == ((Decimal("2.4") - after) * 730 / 24).quantize(Decimal("0.01"))
    assert found.through == date(2026, 1, 25)
    assert found.interval is not None
    low, high = found.interval
    assert low < found.saving < high
    assert high - low < 6


def test_nothing_is_said_before_a_day_after_it_is_billed(world: World, tmp_path: Path) -> None:
    _billed(world, tmp_path, dict.fromkeys(range(1, 15), "2.40"), other=15)
    assert measured(_bill(world), _found(world), ["i-1"]) is None
