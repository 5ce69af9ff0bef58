"""The queue: a repeated call finds its command, and no answer is older than it may be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from novacron.errors import NotReady
from novacron.models.account import Health
from novacron.models.agent import AgentRecord, Command, Outcome, Poll, Result
from novacron.operations import agents
from novacron.operations.agents import AgentDesk
from novacron.operations.courier import AgentQueue
from novacron.store.agents import AgentStore
from novacron.store.table import Table
from novacron.tenancy.principal import Principal, Role
from tests.world import Clock, aws

WHO = Principal(tenant="acme", subject="a", roles=frozenset({Role.AGENT}))


class Queue:
    def __init__(self, table: Table) -> None:
        self.clock = Clock()
        self.store = AgentStore(table)
        self.desk = AgentDesk(self.store, self.clock)
        self.courier = AgentQueue(self.store, self.clock)
        now = self.clock()
        self.store.add(
            AgentRecord(id="a", tenant="acme", name="a", created_at=now, token_expires_at=now)
        )
        self.poll()

    def poll(self, holding: list[str] | None = None) -> list[Command]:
        said = Poll(holding=holding or [], health=Health(healthy=True, detail="well"))
        return agents.poll(self.desk, WHO, said)

    def answer(self, command: Command, value: object) -> int:
        result = Result(id=command.id, slot=command.slot, outcome=Outcome(value=value))
        return agents.keep_results(self.desk, WHO, [result])

    def ask(self, method: str = "get_vm", **arguments: Any) -> object:
        return self.courier.call("acme", "a", method, arguments).value


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    with aws(monkeypatch) as client:
        yield Queue(Table("novacron", client))


def test_a_repeated_call_finds_the_same_command(queue: Queue) -> None:
    for _ in range(3):
        with pytest.raises(NotReady):
            queue.ask(vm_id="x")
    [command] = queue.poll()
    assert queue.poll(holding=[command.id]) == []
    assert queue.poll() == [command]  # the reply was lost on its way
    assert queue.answer(command, 1) == 1
    assert queue.answer(command, 2) == 0
    assert queue.ask(vm_id="x") == 1
    with pytest.raises(NotReady):
        queue.ask(vm_id="x")  # an answer is taken once
    [again] = queue.poll()
    assert again.id != command.id


def test_commands_come_in_the_order_they_were_asked_in(queue: Queue) -> None:
    for name in ("c", "a", "b"):
        with pytest.raises(NotReady):
            queue.ask(vm_id=name)
    assert [one.arguments["vm_id"] for one in queue.poll()] == ["c", "a", "b"]


def test_a_step_of_several_calls_gets_through(queue: Queue) -> None:
    def step() -> list[object]:
        with queue.courier.attempt():
            return [queue.ask(vm_id=name) for name in "abcd"]

    for _ in range(4):
        with pytest.raises(NotReady):
            step()
        for command in queue.poll():
            queue.answer(command, command.arguments["vm_id"])
    assert step() == ["a", "b", "c", "d"]
    with pytest.raises(NotReady):
        step()  # its answers went with the step


def test_what_was_seen_before_a_change_is_no_answer_after_it(queue: Queue) -> None:
    with pytest.raises(NotReady):
        queue.ask(vm_id="x")
    [look] = queue.poll()
    with pytest.raises(NotReady):
        queue.ask("stop_vm", vm_id="x")
    assert queue.answer(look, "running") == 0
    with pytest.raises(NotReady):
        queue.ask(vm_id="x")


def test_old_answers_and_old_commands_are_not_used(queue: Queue) -> None:
    with pytest.raises(NotReady):
        queue.ask(vm_id="x")
    [command] = queue.poll()
    queue.answer(command, "old")
    queue.clock.at += timedelta(seconds=61)
    queue.poll()
    with pytest.raises(NotReady):
        queue.ask(vm_id="x")
    queue.clock.at += timedelta(minutes=6)
    assert queue.poll() == []  # nobody took it in time
    with pytest.raises(NotReady):
        queue.ask(vm_id="x")
    assert len(queue.poll()) == 1


def test_a_job_is_pending_as_long_as_the_agent_holds_it(queue: Queue) -> None:
    with pytest.raises(NotReady):
        queue.ask("export_shard", job={})
    [command] = queue.poll()
    for _ in range(30):
        queue.clock.at += timedelta(minutes=10)
        assert queue.poll(holding=[command.id]) == []
        with pytest.raises(NotReady):
            queue.ask("export_shard", job={})
    queue.answer(command, 1)
    queue.clock.at += timedelta(hours=5)
    queue.poll()
    assert queue.ask("export_shard", job={}) == 1
    assert queue.poll() == []


def test_a_job_that_the_agent_lost_is_given_to_it_again(queue: Queue) -> None:
    with pytest.raises(NotReady):
        queue.ask("export_shard", job={})
    [command] = queue.poll()
    queue.clock.at += timedelta(minutes=10)
    assert queue.poll(holding=[]) == []
    with pytest.raises(NotReady):
        queue.ask("export_shard", job={})
    [again] = queue.poll()
    assert again.id != command.id


@pytest.mark.parametrize(
    ("change", "look", "name"),
    [("end_export", "get_export", "export"), ("seal_import", "get_import", "target")],
)
def test_what_was_seen_of_a_disk_before_a_change_is_no_answer_after_it(
    queue: Queue, change: str, look: str, name: str
) -> None:
    given: dict[str, Any] = {name: {"id": "x"}}
    for method in (look, change):
        with pytest.raises(NotReady):
            queue.ask(method, **given)
    [left] = queue.poll()
    assert left.method == change
