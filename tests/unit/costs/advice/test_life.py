"""Advice from the first look to what it saved, on an in-memory cloud."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from novacron.audit.log import AuditLog
from novacron.costs.advice.course import advance_all, apply, dismiss, revert
from novacron.costs.advice.engine import FINDERS
from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.listing import edit_rules, listed
from novacron.costs.advice.run import recommend
from novacron.errors import Conflict, InvalidSpec, NotFound
from novacron.models.account import MetricName, MetricPoint
from novacron.models.advice import Rule, RuleEdit, RuleEdits
from novacron.models.base import PageRequest
from novacron.models.operation import OperationKind, ResourceKind
from novacron.models.recommendation import (
    Confidence,
    Recommendation,
    RecommendationKind,
    RecommendationState,
)
from novacron.models.volume import VolumeSpec
from novacron.operations.kinds import NoArguments, StopArguments
from novacron.operations.submit import submit_change, submit_create
from novacron.providers.memory.cloud import REGION
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.recommendations import AdviceStore
from tests.world import ALICE, MALLORY, World

Kind = RecommendationKind
State = RecommendationState


def _all(world: World, **where: str) -> list[Recommendation]:
    return listed(world.services, "acme", PageRequest(), dict(where)).items


def _get(world: World, found: Recommendation) -> Recommendation:
    return AdviceStore(world.services.store.table).get("acme", found.id)


def _later(world: World, **time: float) -> None:
    world.clock.at += timedelta(**time)


def _go_on(world: World) -> None:
    for _ in range(4):
        world.run()
        advance_all(world.services)


def _vm(world: World, **spec: object) -> str:
    made = world.create_vm(**spec)  # type: ignore[arg-type]
    world.run()
    return made.resource_id


def _state(world: World, vm: str) -> str:
    return world.services.store.resource("acme", ResourceKind.VM, vm).state


@pytest.fixture(autouse=True)
def _today(world: World) -> None:
    """The in-memory cloud says when it made a VM by the clock on the wall."""
    world.clock.at = datetime.now(UTC)


@pytest.fixture
def idle(world: World) -> Recommendation:
    """A VM that has done nothing for two weeks."""
    _vm(world, tags={"owner": "ada"}, vcpus=2)
    _later(world, days=14)
    recommend(world.services)
    [found] = _all(world)
    return found


def test_an_idle_vm_is_noticed_and_open_after_the_grace(world: World, idle: Recommendation) -> None:
    assert (idle.kind, idle.state) == (Kind.IDLE_VM, State.NOTICED)
    assert idle.saving == Decimal("0.045") * 730
    assert idle.confidence is Confidence.LOW
    assert {"network", "disk"} <= set(idle.unknown)
    _later(world, hours=71)
    recommend(world.services)
    assert [one.state for one in _all(world)] == [State.NOTICED]
    _later(world, hours=1)
    recommend(world.services)
    [now] = _all(world)
    assert (now.id, now.state, now.found_at) == (idle.id, State.OPEN, idle.found_at)


def test_its_owner_is_told_once(world: World, idle: Recommendation) -> None:
    recommend(world.services)
    entries = AuditLog(world.services.store.table, world.clock).entries("acme", PageRequest())
    told = [one.subject for one in entries.items if "notice" in one.action]
    assert told == ["advice to ada"]


def test_the_evidence_is_a_chart_and_the_list_is_without_it(
    world: World, idle: Recommendation
) -> None:
    cpu = _get(world, idle).evidence[0]
    assert 100 < len(cpu.points) <= 200
    assert (cpu.observed, cpu.threshold) == (1.0, 5.0)
    assert idle.evidence[0].points == []


def test_it_is_applied_and_reverted_by_operations(world: World, idle: Recommendation) -> None:
    begun = apply(world.services, ALICE, idle.id)
    assert begun.state is State.APPLYING
    assert begun.apply_operation is not None
    with pytest.raises(Conflict):
        apply(world.services, ALICE, idle.id)
    _go_on(world)
    done = _get(world, idle)
    assert (done.state, _state(world, done.resource_id)) == (State.APPLIED, "stopped")
    recommend(world.services)
    assert _get(world, idle).state is State.APPLIED
    revert(world.services, ALICE, idle.id)
    _go_on(world)
    assert (_get(world, idle).state, _state(world, done.resource_id)) == (
        State.REVERTED,
        "running",
    )
    kinds = [op.kind for op in world.services.store.operations("acme", PageRequest()).items]
    assert sorted(kinds) == ["vm.create", "vm.start", "vm.stop"]


def test_what_is_undone_by_hand_is_found_anew(world: World, idle: Recommendation) -> None:
    apply(world.services, ALICE, idle.id)
    _go_on(world)
    start = OperationKind.VM_START
    submit_change(world.services, ALICE, start, idle.resource_id, NoArguments(), "by hand")
    world.run()
    recommend(world.services)
    assert _get(world, idle).state is State.NOTICED


def test_a_busy_resource_refuses_and_nothing_is_kept(world: World, idle: Recommendation) -> None:
    vm = idle.resource_id
    submit_change(world.services, ALICE, OperationKind.VM_RESTART, vm, NoArguments(), "k")
    with pytest.raises(Conflict):
        apply(world.services, ALICE, idle.id)
    assert _get(world, idle).state is State.NOTICED
    assert list(AdviceStore(world.services.store.table).courses()) == []


def test_what_is_dismissed_stays_so_until_it_is_no_longer_true(
    world: World, idle: Recommendation
) -> None:
    dismiss(world.services, ALICE, idle.id)
    recommend(world.services)
    assert _get(world, idle).state is State.DISMISSED
    edit_rules(world.services, "acme", RuleEdits(excluded_tags=["owner=ada"]))
    recommend(world.services)
    assert _get(world, idle).state is State.GONE
    assert _all(world) == []
    assert [one.id for one in _all(world, state="gone")] == [idle.id]


def test_another_tenant_has_none_of_it(world: World, idle: Recommendation) -> None:
    for change in (apply, revert, dismiss):
        with pytest.raises(NotFound):
            change(world.services, MALLORY, idle.id)


def _only(kind: Kind, **edit: object) -> RuleEdits:
    off = {one: RuleEdit(enabled=False) for one in Kind if one not in NOT_RULES}
    return RuleEdits(rules={**off, kind: RuleEdit.model_validate({"grace_hours": 0, **edit})})


NOT_RULES = {Kind.COMMIT}


def test_a_smaller_size_is_given_with_a_stop_and_a_start(world: World) -> None:
    edit_rules(world.services, "acme", _only(Kind.RIGHT_SIZE))
    vm = _vm(world, vcpus=4, memory_mib=4096)
    _later(world, days=14)
    recommend(world.services)
    [found] = _all(world)
    assert found.apply is not None
    assert found.apply.body == {"vcpus": 1, "memory_mib": 4096, "instance_type": None}
    assert any(one.startswith("memory") for one in found.unknown)
    assert found.saving == Decimal("43.80")
    apply(world.services, ALICE, found.id)
    _go_on(world)
    record = world.services.store.resource("acme", ResourceKind.VM, vm)
    assert (record.state, record.document["vcpus"]) == ("running", 1)
    revert(world.services, ALICE, found.id)
    _go_on(world)
    record = world.services.store.resource("acme", ResourceKind.VM, vm)
    assert (record.state, record.document["vcpus"]) == ("running", 4)
    assert _get(world, found).state is State.REVERTED


def test_a_vm_is_started_again_when_its_resize_fails(world: World) -> None:
    edit_rules(world.services, "acme", _only(Kind.RIGHT_SIZE))
    vm = _vm(world, vcpus=4)
    _later(world, days=14)
    recommend(world.services)
    [found] = _all(world)
    apply(world.services, ALICE, found.id)
    world.run()
    advance_all(world.services)
    [resize] = [op for op in world.machine.waiting if op.kind is OperationKind.VM_RESIZE]
    record = world.services.store.resource("acme", ResourceKind.VM, vm)
    with world.provider.opened():
        world.provider.cloud.vms.pop(record.provider_id or "")
    _go_on(world)
    now = _get(world, found)
    assert now.state is State.OPEN
    assert world.operation(resize).state == "failed"
    last = world.services.store.operation("acme", now.apply_operation or "")
    assert last.kind is OperationKind.VM_START


def _volume(world: World) -> str:
    spec = VolumeSpec(name="data", region=REGION, size_gib=3)
    kind = OperationKind.VOLUME_CREATE
    made = submit_create(world.services, ALICE, kind, world.account.id, spec, world.key())
    world.run()
    return made.resource_id


def test_a_volume_is_kept_as_a_snapshot_and_made_again_from_it(world: World) -> None:
    edit_rules(world.services, "acme", _only(Kind.UNATTACHED_VOLUME))
    volume = _volume(world)
    recommend(world.services)
    assert _all(world) == []
    _later(world, days=15)
    recommend(world.services)
    [found] = _all(world)
    assert "price" in found.unknown
    apply(world.services, ALICE, found.id)
    _go_on(world)
    done = _get(world, found)
    assert done.state is State.APPLIED
    store = world.services.store
    assert store.resource("acme", ResourceKind.VOLUME, volume).state == "deleted"
    [snapshot] = store.resources("acme", ResourceKind.SNAPSHOT, PageRequest()).items
    assert done.revert is not None
    assert done.revert.body["snapshot_id"] == snapshot.id
    revert(world.services, ALICE, found.id)
    _go_on(world)
    volumes = store.resources("acme", ResourceKind.VOLUME, PageRequest()).items
    [again] = [one for one in volumes if one.state == "available"]
    assert (again.name, again.document["size_gib"]) == ("data", 3)
    assert _get(world, found).state is State.REVERTED


def test_a_stopped_vm_is_for_a_person(world: World) -> None:
    vm = _vm(world)
    stop = OperationKind.VM_STOP
    submit_change(world.services, ALICE, stop, vm, StopArguments(force=True), "s")
    world.run()
    _later(world, days=30)
    recommend(world.services)
    [found] = _all(world, kind="stopped-vm")
    with pytest.raises(Conflict, match="No operation"):
        apply(world.services, ALICE, found.id)


def test_commitments_are_looked_for_once_a_day_and_after_an_edit(
    world: World, idle: Recommendation, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[datetime] = []
    there = [True]

    def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
        looked.append(scene.now)
        if there:
            [vm] = scene.everything
            saving = scene.prices.vm(world.account, vm)
            yield Finding(vm, "Commit", "", saving, Confidence.MEDIUM, "")

    monkeypatch.setitem(FINDERS, Kind.COMMIT, find)
    edit_rules(world.services, "acme", _only(Kind.COMMIT))
    for hour in range(24):
        world.clock.at = idle.found_at + timedelta(hours=hour)
        recommend(world.services)
        assert [one.kind for one in _all(world)] == [Kind.COMMIT]
    assert len(looked) == 1
    there.clear()
    _later(world, hours=1)
    recommend(world.services)
    assert (len(looked), _all(world)) == (2, [])
    edit_rules(world.services, "acme", _only(Kind.COMMIT))
    recommend(world.services)
    assert len(looked) == 3


@pytest.mark.parametrize(
    "edits",
    [
        {"rules": {"unused-reservation": {"thresholds": {"days": 1}}}},
        {"rules": {"idle-vm": {"thresholds": {"cpu": 1}}}},
    ],
)
def test_an_edit_of_what_there_is_not_is_refused(world: World, edits: dict[str, object]) -> None:
    with pytest.raises(InvalidSpec):
        edit_rules(world.services, "acme", RuleEdits.model_validate(edits))


def test_metrics_are_read_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    vm = _vm(world)
    asked: list[tuple[datetime, datetime]] = []
    whole = type(world.provider).get_metrics

    def spy(
        self: MemoryProvider, vm: str, names: list[MetricName], start: datetime, end: datetime
    ) -> list[MetricPoint]:
        asked.append((start, end))
        return whole(self, vm, names, start, end)

    monkeypatch.setattr(type(world.provider), "get_metrics", spy)
    _later(world, days=10)
    recommend(world.services)
    assert len(asked) == 2
    _later(world, hours=1)
    recommend(world.services)
    [(start, end)] = asked[2:]
    assert end - start < timedelta(hours=1, minutes=10)
    usage = AdviceStore(world.services.store.table).usage("acme", vm)
    assert usage is not None
    points = sum(hour.points for hour in usage.hours)
    assert points == (usage.through - asked[0][0]) / timedelta(minutes=5)
