"""No more than the limits let through, whoever moves it; and all of it, for who is alone."""

from __future__ import annotations

import heapq
import os
import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.errors import Conflict, NotReady
from novacron.migration import context
from novacron.migration.bandwidth import LOOK_S, TURN_S, granted
from novacron.migration.control import cancel, cut_over, limit, pause, view
from novacron.migration.messages import MOST_BYTES, Grant, Line
from novacron.migration.pace import Pace, Paces
from novacron.models.bandwidth import MBIT_BYTES, Bandwidth
from novacron.models.operation import Operation, OperationState
from novacron.operations.accounts import limit_account
from novacron.store.buckets import START, TAKE
from novacron.store.turns import GIVE_BACK, MOST_WAIT_S, UNUSED_S, Turns
from tests.machine import Held
from tests.unit.migration.conftest import Move
from tests.world import ALICE, World

BEGAN = 1_800_000_000.0
MIB = 1024**2
Send = tuple[float, int]


class OneTable(Turns):
    """The same arithmetic over a dictionary: hypothesis cannot have a new table each time."""

    def __init__(self) -> None:
        self.free_at: dict[str, int] = {}

    def _write(self, tenant: str, line: str, update: str, values: Any, condition: str = "") -> Any:
        old = self.free_at.get(line)
        floor, most = values.get(":now", 0), values.get(":most", 0)
        idle = old is None or old < floor
        fits = {START: idle, TAKE: not idle and (old or 0) <= most, GIVE_BACK: old is not None}
        if not fits[update]:
            return False, old or 0
        begins = {START: floor, TAKE: old, GIVE_BACK: old}[update] or 0
        cost = values[":cost"]
        self.free_at[line] = begins - cost if update == GIVE_BACK else begins + cost
        return True, self.free_at[line]


class Taker:
    """One process: sends ``sizes`` one after another on ``lines``, each as quick as ``speed``."""

    def __init__(self, lines: dict[str, int], sizes: list[int], speed: float) -> None:
        self.lines, self.sizes, self.speed = lines, sizes, speed
        self.sent: list[Send] = []

    def turn(self, turns: Turns, now: float) -> float:
        """When it comes again."""
        size = self.sizes[0]
        turn = turns.take("acme", self.lines, size, now)
        if not turn.given:
            return now + turn.wait
        self.sizes.pop(0)
        self.sent.append((now + turn.wait, size))
        return now + turn.wait + size / self.speed


def raced(turns: Turns, takers: list[Taker], late: float = 0.0) -> None:
    """All at once, each event in its order; ``late``: of a request and of a sleep, in seconds."""
    chance = random.Random(1)
    coming = [(BEGAN + chance.random(), number) for number in range(len(takers))]
    heapq.heapify(coming)
    while coming:
        now, number = heapq.heappop(coming)
        after = takers[number].turn(turns, now) + chance.random() * late
        if takers[number].sizes:
            heapq.heappush(coming, (after, number))


def most_over(sent: list[Send], rate: float) -> float:
    """Bytes that any stretch of time had more than ``rate`` lets through in it."""
    over = worst = 0.0
    before = 0.0
    for at, size in sorted(sent):
        over = max(0.0, over - (at - before) * rate) + size
        worst, before = max(worst, over), at
    return worst


SIZES = st.lists(st.integers(1, 12 * MIB), min_size=1, max_size=12)


@given(st.lists(SIZES, min_size=1, max_size=16), st.integers(1, 2000), st.floats(0, 3))
def test_takers_together_never_exceed_the_limit(
    sizes: list[list[int]], mbit: int, late: float
) -> None:
    rate, largest = mbit * MBIT_BYTES, max(map(max, sizes))
    takers = [Taker({"acc": mbit}, list(own), 1e9) for own in sizes]
    raced(OneTable(), takers, late)
    sent = [one for taker in takers for one in taker.sent]
    assert len(sent) == sum(map(len, sizes))
    # What may be made up for later, and the one that begins at the end of the stretch.
    assert most_over(sent, rate) <= rate * UNUSED_S + largest + len(sent)


@given(st.lists(SIZES, min_size=2, max_size=8), st.integers(1, 500), st.integers(1, 500))
def test_migrations_keep_their_own_limit_and_their_accounts(
    sizes: list[list[int]], own: int, account: int
) -> None:
    takers = [
        Taker({f"mig-{number % 2}": own, "acc": account}, list(some), 1e9)
        for number, some in enumerate(sizes)
    ]
    raced(OneTable(), takers)
    sides = {"acc": (takers, account), "mig-0": (takers[::2], own), "mig-1": (takers[1::2], own)}
    for some, mbit in sides.values():
        sent = [one for taker in some for one in taker.sent]
        # A turn on the one may have to wait for the other: each process is late with one at most.
        spare = len(some) * max(map(max, sizes)) + len(sent)
        assert most_over(sent, mbit * MBIT_BYTES) <= mbit * MBIT_BYTES * UNUSED_S + spare


@pytest.mark.parametrize("mbit", [1, 100, 10_000])
@pytest.mark.parametrize("size", [256 * 1024, 8 * MIB])
def test_who_is_alone_has_the_whole_rate(mbit: int, size: int) -> None:
    """Sends at twice the limit; a request and a sleep are late by up to 50 ms."""
    rate = mbit * MBIT_BYTES
    sizes = [max(size, round(rate * TURN_S))] * 200
    taker = Taker({"mig": mbit, "acc": 2 * mbit}, sizes, 2 * rate)
    raced(OneTable(), [taker], late=0.05)
    first, last = taker.sent[0][0], taker.sent[-1][0]
    assert sum(size for _, size in taker.sent[:-1]) / (last - first) >= 0.95 * rate


def test_what_one_does_not_use_another_has() -> None:
    """One migration is at its own limit of 10 Mbit/s: the other gets the account's other 90."""
    slow = Taker({"mig-1": 10, "acc": 100}, [MIB] * 20, 1e9)
    quick = Taker({"mig-2": 1000, "acc": 100}, [8 * MIB] * 20, 1e9)
    raced(OneTable(), [slow, quick])
    first, last = quick.sent[0][0], quick.sent[-1][0]
    assert 19 * 8 * MIB / (last - first) >= 0.85 * 100 * MBIT_BYTES


def test_the_table_keeps_the_same_turns_as_the_dictionary(world: World) -> None:
    table, chance = Turns(world.services.store.table), random.Random(2)
    same, now = OneTable(), BEGAN
    for _ in range(60):
        lines = {one: chance.choice([1, 10]) for one in ("mig", "acc") if chance.random() < 0.8}
        size = chance.randrange(1, 9 * MIB)
        assert table.take("acme", lines, size, now) == same.take("acme", lines, size, now)
        now += chance.choice([0.0, 0.1, 30.0, 300.0])
    assert table.take("umbrella", {"acc": 1}, MIB, now).wait == 0


def test_who_would_wait_too_long_gets_no_turn_and_uses_nothing_up(world: World) -> None:
    turns = Turns(world.services.store.table)
    second = MBIT_BYTES
    turns.take("acme", {"acc": 1}, round((MOST_WAIT_S + 60) * second), BEGAN)
    for _ in range(3):
        refused = turns.take("acme", {"mig": 1, "acc": 1}, second, BEGAN)
        assert not refused.given
        assert refused.wait == pytest.approx(60 - UNUSED_S)
    assert turns.take("acme", {"mig": 1}, second, BEGAN).wait == 0


class Script:
    """Answers by a list; a clock that only sleeping moves."""

    def __init__(self, *grants: Grant) -> None:
        self.grants, self.asked, self.at = list(grants), list[int](), 0.0
        self.pace = Pace(self._ask, self._sleep, lambda: self.at)

    def _ask(self, size: int) -> Grant:
        self.asked.append(size)
        return self.grants.pop(0)

    def _sleep(self, seconds: float) -> None:
        self.at += seconds


def test_small_takes_share_a_turn_and_a_large_one_has_several() -> None:
    one = Script(Grant(size=10, wait_seconds=2), Grant(size=MOST_BYTES), Grant(size=6))
    for _ in range(5):
        one.pace.take(2)
    assert (one.asked, one.at) == ([2], 2)
    one.pace.take(MOST_BYTES + 6)
    assert one.asked == [2, MOST_BYTES, 6]


def test_what_gets_nothing_asks_again_until_its_time_is_over() -> None:
    one = Script(*[Grant(wait_seconds=5)] * 3, Grant(size=1, wait_seconds=1))
    one.pace.take(1)
    assert one.at == 16
    late = Script(*[Grant(wait_seconds=5)] * 3)
    late.pace.until = 12
    with pytest.raises(NotReady, match="bandwidth"):
        late.pace.take(1)
    assert (late.at, late.grants) == (15, [])


def test_without_a_limit_nobody_asks_for_each_pack() -> None:
    one = Script(Grant(free_seconds=LOOK_S), Grant(size=4 * MIB))
    for _ in range(100):
        one.pace.take(8 * MIB)
    assert len(one.asked) == 1
    one.at += LOOK_S
    one.pace.take(4 * MIB)
    assert one.asked[1:] == [4 * MIB]


def test_a_line_has_one_pace_in_a_process() -> None:
    paces = Paces(lambda line, size: Grant(size=size), lambda _: None, lambda: 0.0)
    first, other = (Line(migration_id=f"mig-{n}", account_id="acc") for n in (1, 2))
    assert paces.of(first, 5.0) is paces.of(first, 7.0)
    assert paces.of(first, 9.0).until == 9.0
    assert paces.of(other) is not paces.of(first)


def _slept(move: Move) -> list[float]:
    """What the functions waited for; waiting takes no time here."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        move.world.clock.at += timedelta(seconds=seconds)

    move.world.services.sleep = sleep
    return waits


def _filled(move: Move, leaves: int) -> None:
    for leaf in range(leaves):
        move.write(0, leaf, os.urandom(512 * 1024))


def _moved(move: Move, operation: Operation) -> None:
    assert move.machine(operation).run() == "Succeeded"
    assert move.world.operation(operation).state is OperationState.SUCCEEDED


def test_a_migration_takes_as_long_as_its_limit_says_and_moves_the_same_bytes(move: Move) -> None:
    waits, mbit = _slept(move), 40
    _filled(move, 32)
    operation = move.begin(max_mbit_per_second=mbit)
    _moved(move, operation)
    assert max(waits) <= MOST_WAIT_S
    # 16 MiB into the store and out of it again; the first second's worth and turns go unpaid.
    least = (2 * 16 * MIB - 2 * 8 * MIB) / (mbit * MBIT_BYTES) - UNUSED_S
    most = 2 * 18 * MIB / (mbit * MBIT_BYTES)
    assert least <= sum(waits) <= most
    disks = [one.volume_id for one in move.migration(operation).imports if one.volume_id]
    source = move.content(move.source, move.volumes()[0])
    assert move.content(move.target, disks[0]) == source


def test_an_accounts_limit_holds_on_its_side_alone(move: Move) -> None:
    services = move.world.services
    waits = _slept(move)
    _filled(move, 32)
    limit_account(services, "acme", "acc-2", Bandwidth(max_mbit_per_second=10))
    line = Line(migration_id="mig-1", account_id="acc-1")
    assert granted(services, "acme", line, MIB) == Grant(free_seconds=LOOK_S)
    _moved(move, move.begin())
    assert sum(waits) >= 8 * MIB / (10 * MBIT_BYTES) - UNUSED_S


def test_a_limit_is_changed_while_the_migration_runs(move: Move) -> None:
    services, operation = move.world.services, move.begin(max_mbit_per_second=10)
    _slept(move)
    migration = move.migration(operation)
    line, second = Line(migration_id=migration.id, account_id="acc-1"), 10 * MBIT_BYTES
    assert granted(services, "acme", line, 2 * second) == Grant(size=2 * second)
    assert granted(services, "acme", line, 1).wait_seconds == pytest.approx(1, abs=0.1)
    shown = limit(services, ALICE, migration.id, Bandwidth(max_mbit_per_second=800))
    assert shown.max_mbit_per_second == 800
    assert granted(services, "acme", line, 1).size == 800 * MBIT_BYTES * TURN_S
    limit(services, ALICE, migration.id, Bandwidth(max_mbit_per_second=None))
    assert granted(services, "acme", line, 1) == Grant(free_seconds=LOOK_S)
    assert view(services, "acme", migration.id).spec.max_mbit_per_second == 10
    _moved(move, operation)
    with pytest.raises(Conflict, match="completed"):
        limit(services, ALICE, migration.id, Bandwidth(max_mbit_per_second=10))


def test_a_pause_and_a_cancel_are_felt_within_a_shard(move: Move) -> None:
    services, operation = move.world.services, move.begin(max_mbit_per_second=10)
    migration = move.migration(operation)
    line = Line(migration_id=migration.id, account_id="acc-1")
    pause(services, ALICE, migration.id)
    assert granted(services, "acme", line, 1) == Grant(wait_seconds=LOOK_S)
    cancel(services, ALICE, migration.id)
    with pytest.raises(Conflict, match="cancelled"):
        granted(services, "acme", line, 1)


def test_a_step_whose_patience_ends_goes_on_there_and_moves_nothing_twice(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "PATIENCE", timedelta(seconds=20))
    waits, sent, read = _slept(move), list[int](), list[int]()
    _filled(move, 160)
    objects = move.world.services.stores.objects
    put, get_range = objects.put, objects.get_range

    def counted_put(path: str, data: bytes) -> None:
        sent.append(len(data) if "/packs/" in path else 0)
        put(path, data)

    def counted_get(path: str, offset: int, length: int) -> bytes:
        read.append(length)
        return get_range(path, offset, length)

    monkeypatch.setattr(objects, "put", counted_put)
    monkeypatch.setattr(objects, "get_range", counted_get)
    operation = move.begin(max_mbit_per_second=10)
    machine, looks = move.machine(operation), list[int]()
    machine.wait = lambda: looks.append(1)
    assert machine.run() == "Succeeded"
    assert len(looks) >= 4
    assert max(waits) <= MOST_WAIT_S
    assert sum(sent) == pytest.approx(80 * MIB, rel=0.01)
    assert sum(read) == pytest.approx(80 * MIB, rel=0.01)
    assert sum(waits) >= (160 * MIB - 16 * MIB) / (10 * MBIT_BYTES) - UNUSED_S


@pytest.mark.parametrize("lifted", [False, True])
def test_the_limit_holds_in_the_final_copy_unless_it_is_lifted(move: Move, lifted: bool) -> None:
    services, waits = move.world.services, _slept(move)
    operation = move.begin(cutover="approved", max_mbit_per_second=40)
    machine, migration = move.machine(operation), move.migration(operation)
    with pytest.raises(Held):
        machine.run()
    waits.clear()
    _filled(move, 32)
    if lifted:
        limit(services, ALICE, migration.id, Bandwidth(max_mbit_per_second=None))
        move.world.clock.at += timedelta(seconds=LOOK_S)
    cut_over(services, ALICE, migration.id)
    assert machine.run() == "Succeeded"
    [final] = [one for one in move.migration(operation).rounds if one.final]
    assert final.changed_bytes >= 16 * MIB
    if lifted:
        assert waits == []
    else:
        assert sum(waits) >= 16 * MIB / (40 * MBIT_BYTES) - UNUSED_S
