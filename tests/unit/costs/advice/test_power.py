"""Power schedules: time zones, tags, what use says, and that VMs are held to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from novacron.costs.advice.hours import from_use, is_on, off_hours, parse, shown
from novacron.costs.advice.schedule import adopt_tags, enforce, keep, remove
from novacron.costs.advice.usage import begun
from novacron.errors import InvalidSpec
from novacron.models.operation import OperationKind, ResourceKind
from novacron.models.power import PowerSchedule
from novacron.models.usage import Hour, VmUsage
from novacron.operations.kinds import NoArguments
from novacron.operations.submit import submit_change
from novacron.store.power import PowerStore
from tests.world import ALICE, World

OFFICE = parse("mon-fri 08:00-18:30 Europe/Paris")
MONDAY = datetime(2026, 3, 23, tzinfo=UTC)
"""Paris goes on summer time on the Sunday that follows."""


@pytest.mark.parametrize(
    ("at", "on"),
    [
        (MONDAY + timedelta(hours=6, minutes=59), False),
        (MONDAY + timedelta(hours=7), True),
        (MONDAY + timedelta(hours=17, minutes=29), True),
        (MONDAY + timedelta(hours=17, minutes=30), False),
        (MONDAY + timedelta(days=5, hours=9), False),
        (MONDAY + timedelta(days=7, hours=6), True),
        (MONDAY + timedelta(days=7, hours=16, minutes=30), False),
    ],
)
def test_it_follows_the_clocks_of_its_zone(at: datetime, on: bool) -> None:
    assert is_on(OFFICE, at) is on


def test_a_holiday_is_off() -> None:
    free = OFFICE.model_copy(update={"holidays": [MONDAY.date()]})
    assert not is_on(free, MONDAY + timedelta(hours=9))
    assert is_on(free, MONDAY + timedelta(days=1, hours=9))


def test_text_and_back() -> None:
    assert shown(OFFICE) == "mon, tue, wed, thu, fri 08:00-18:30 Europe/Paris"
    assert parse("sat-mon 00:00-24:00").days == [5, 6, 0]
    assert off_hours(OFFICE) == 168 - 5 * 10.5


@pytest.mark.parametrize(
    "text", ["", "mon 8-9", "mon-fri 18:00-08:00", "xyz 08:00-09:00", "mon 08:61-09:00",
             "mon 08:00-09:00 Mars/Base", "mon 08:00-25:00"]
)  # fmt: skip
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(InvalidSpec):
        parse(text)


def _used(busy: dict[int, range]) -> VmUsage:
    """Four weeks, busy at these hours (UTC) of these days of the week."""
    first = int(MONDAY.timestamp() // 3600)
    hours = [
        Hour(first + n, 12, 1, 50 if n % 24 in busy.get(n // 24 % 7, ()) else 1, None, 10, None)
        for n in range(28 * 24)
    ]
    return begun("acme", "vm-1", MONDAY).model_copy(update={"hours": hours})


def test_use_gives_the_smallest_schedule_with_a_margin() -> None:
    used = _used({day: range(8, 17) for day in range(5)})
    found = from_use(used, "UTC", 10, 20_000, 1, [])
    assert found == PowerSchedule(days=[0, 1, 2, 3, 4], start=7 * 60, end=18 * 60)
    assert from_use(_used({}), "UTC", 10, 20_000, 1, []) is None


def test_one_busy_night_in_a_month_keeps_that_hour_on() -> None:
    used = _used({0: range(8, 17)})
    night = used.hours[26]._replace(cpu_max=90)
    again = used.model_copy(update={"hours": [*used.hours[:26], night, *used.hours[27:]]})
    found = from_use(again, "UTC", 10, 20_000, 0, [])
    assert found is not None
    assert (found.days, found.start, found.end) == ([0, 1], 2 * 60, 17 * 60)


def _running(world: World, **spec: object) -> str:
    made = world.create_vm(**spec)  # type: ignore[arg-type]
    world.run()
    return made.resource_id


def _state(world: World, vm: str) -> str:
    return world.services.store.resource("acme", ResourceKind.VM, vm).state


def _at(world: World, at: datetime) -> list[str]:
    """What a run at that time did."""
    world.clock.at = at
    report = enforce(world.services)
    world.run()
    return [*report.started, *report.stopped]


def test_a_vm_is_held_to_it_and_a_start_by_hand_is_respected(world: World) -> None:
    vm = _running(world)
    keep(world.services, ALICE, vm, OFFICE)
    assert _at(world, MONDAY + timedelta(hours=9)) == []
    evening = MONDAY + timedelta(hours=18)
    assert _at(world, evening) == [vm]
    assert _state(world, vm) == "stopped"
    assert _at(world, evening + timedelta(minutes=1)) == []
    submit_change(world.services, ALICE, OperationKind.VM_START, vm, NoArguments(), "by hand")
    world.run()
    assert _at(world, evening + timedelta(hours=2)) == []
    assert _state(world, vm) == "running"
    assert _at(world, MONDAY + timedelta(days=1, hours=9)) == []
    assert _at(world, MONDAY + timedelta(days=1, hours=18)) == [vm]
    assert _at(world, MONDAY + timedelta(days=2, hours=9)) == [vm]
    assert _state(world, vm) == "running"


def test_a_crash_between_the_operation_and_its_record_begins_none_twice(world: World) -> None:
    vm = _running(world)
    keep(world.services, ALICE, vm, OFFICE)
    kept = PowerStore(world.services.store.table).get("acme", vm)
    assert kept is not None
    world.clock.at = MONDAY + timedelta(hours=20)
    enforce(world.services)
    PowerStore(world.services.store.table).save(kept)
    again = enforce(world.services)
    assert again.failed == {}
    assert [op.kind for op in world.machine.waiting] == [OperationKind.VM_STOP]


def test_removing_it_starts_what_it_had_stopped(world: World) -> None:
    vm = _running(world)
    keep(world.services, ALICE, vm, OFFICE)
    _at(world, MONDAY + timedelta(hours=20))
    remove(world.services, ALICE, vm, 1)
    world.run()
    assert _state(world, vm) == "running"
    assert _at(world, MONDAY + timedelta(days=1, hours=20)) == []


def test_tags_make_schedules_and_a_wrong_one_is_told(world: World) -> None:
    vm = _running(world, tags={"power": "mon-fri 08:00-18:30 Europe/Paris"})
    wrong = _running(world, name="other", tags={"power": "always"})
    told = adopt_tags(world.services, "acme")
    assert list(told) == [wrong]
    kept = PowerStore(world.services.store.table).get("acme", vm)
    assert kept is not None
    assert (kept.schedule, kept.tagged) == (OFFICE, True)
    assert _at(world, MONDAY + timedelta(hours=20)) == [vm]
