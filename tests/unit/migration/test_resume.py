"""An agent dies in a round: another takes its place, and what has arrived is not sent again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from novacron.errors import Corrupted
from novacron.migration.resume import AWAY, MOST
from novacron.models.agent import AgentRecord
from novacron.models.migration import Phase
from novacron.models.operation import Operation
from novacron.providers.memory.provider import MemoryProvider
from tests.unit.migration.conftest import Move, in_process, make_move
from tests.unit.migration.crew import Crew, Hosted, crewed
from tests.world import aws, make_world


@pytest.fixture
def move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """With small disks, which are read back in whole."""
    with aws(monkeypatch, at_once=True) as client:
        world = in_process(make_world(client, tmp_path, monkeypatch), monkeypatch)
        yield make_move(world, root_gib=1)


JOBS = ["export_shard", "import_shard", "verify_shard"]


def _equal(move: Move, operation: Operation) -> None:
    there = move.target.get_vm(move.migration(operation).target_vm_id or "").volume_ids
    for old, new in zip(move.volumes(), there, strict=True):
        assert move.content(move.source, old) == move.content(move.target, new)


def _left(move: Move, crew: Crew) -> list[str]:
    """Workers and agents that nobody has dismissed."""
    vms = [vm.name for side in (move.source, move.target) for vm in side.cloud.vms.values()]
    agents = [one.name for one in crew.store.table.walk("T#acme#AGENT", AgentRecord)]
    return [name for name in [*vms, *agents] if name.startswith(("ws-", "wt-"))]


@pytest.mark.parametrize("hangs", [False, True], ids=["gone", "hanging"])
@pytest.mark.parametrize("method", JOBS)
def test_a_worker_that_dies_is_replaced_and_nothing_is_moved_twice(
    move: Move, monkeypatch: pytest.MonkeyPatch, method: str, hangs: bool
) -> None:
    """It dies at the second shard."""
    crew = crewed(move, monkeypatch)
    crew.dies, crew.hangs = lambda name, number: (name, number) == (method, 1), hangs
    operation = move.begin()
    machine = crew.machine(operation)
    assert machine.run() == "Succeeded", move.migration(operation).error
    assert machine.states.count("Resume") == 1
    _equal(move, operation)
    assert crew.jobs
    assert max(Counter(crew.jobs).values()) == 1
    assert not _left(move, crew)


def test_a_test_clone_goes_on_with_another_worker(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the target's own disks, which the dead one had too, are written by that later."""
    crew = crewed(move, monkeypatch)
    operation = move.begin(test_clone=True)
    filled = 0

    def dies(method: str, _number: int) -> bool:
        nonlocal filled
        filled += method == "import_shard" and move.migration(operation).phase is Phase.TESTING
        return filled == 2

    crew.dies = dies
    machine = crew.machine(operation)
    assert machine.run() == "Succeeded", move.migration(operation).error
    after = machine.states[machine.states.index("FillClone") :]
    assert after[1:5] == ["Resume", "Decide", "Choose", "PrepareClone"]
    assert "CloneFailed" not in after
    _equal(move, operation)


def test_workers_that_die_again_and_again_end_it(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    crew = crewed(move, monkeypatch)
    die = crew._die

    def always(moved: object) -> None:
        die(moved)  # type: ignore[arg-type]
        crew.dies = lambda _method, _number: True

    monkeypatch.setattr(crew, "_die", always)
    crew.dies = lambda _method, _number: True
    operation = move.begin()
    machine = crew.machine(operation)
    assert machine.run() == "Failed"
    assert machine.states.count("Resume") == MOST + 1
    told = move.migration(operation)
    assert told.error is not None
    assert told.error.code == "provider_unavailable"
    assert f"silent {MOST + 1} times" in told.error.detail
    assert move.running() == ["source"]
    assert not _left(move, crew)


def test_what_else_fails_is_not_tried_again_and_says_why(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Step Functions does not tell the machine why a shard of a map failed."""
    operation = move.begin()

    def differs(*_: object) -> None:
        raise Corrupted("Disk 1, leaf 5: the target does not hold what was sent, twice.")

    monkeypatch.setattr(MemoryProvider, "read_back", differs)
    machine = move.machine(operation)
    assert machine.run() == "Failed"
    assert machine.states[-4:] == ["Choose", "RollBack", "Compensate", "Failed"]
    done = move.world.operation(operation)
    assert done.error is not None
    assert (done.error.code, done.error.detail[:14]) == ("corrupted", "Disk 1, leaf 5")


def test_a_hosts_agent_is_waited_for(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    crew = crewed(move, monkeypatch, source=Hosted, target=MemoryProvider)
    crew.dies = lambda _method, number: number == 1
    operation = move.begin()
    machine = crew.machine(operation)
    assert machine.run() == "Succeeded", move.migration(operation).error
    assert machine.states.count("Resume") == 1
    assert max(Counter(crew.jobs).values()) == 1
    _equal(move, operation)


def test_a_hosts_agent_that_stays_away_ends_it(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    crew = crewed(move, monkeypatch, source=Hosted, target=MemoryProvider)
    crew.dies, crew.looks_away = lambda _method, number: number == 1, 10_000
    look = crew.look

    def later() -> None:
        move.world.clock.at += timedelta(minutes=1)
        look()

    monkeypatch.setattr(crew, "look", later)
    operation = move.begin()
    begun = move.world.clock.at
    assert crew.machine(operation).run() == "Failed"
    error = move.migration(operation).error
    assert error is not None
    assert "silent since" in error.detail
    assert AWAY < move.world.clock.at - begun < 2 * AWAY
    assert move.running() == ["source"]
