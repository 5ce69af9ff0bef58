"""The loop: a long command is no silence, an API that is away is tried again, an end is an end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Event
from typing import Any, cast

import pytest

from novacron.agent import agent as loop
from novacron.agent.agent import Agent
from novacron.agent.client import Client
from novacron.agent.journal import Journal
from novacron.errors import ProviderUnavailable
from novacron.migration.shards import ExportJob, ShardsHere
from novacron.migration.transfer import ShardResult
from novacron.models.account import Health
from novacron.models.agent import Command, Result
from novacron.models.transfer import Export, TransferState
from novacron.providers.memory.provider import MemoryProvider

COMMAND = Command(
    id="0" * 32,
    slot="1" * 32,
    method="get_usage",
    arguments={"region": "local"},
    queued_at=datetime(2026, 1, 1, tzinfo=UTC),
)


class Api:
    """Gives out one command; ``script`` sees each poll and may end the agent or raise."""

    def __init__(self) -> None:
        self.polls: list[list[str]] = []
        self.brought: list[Result] = []
        self.agent: Agent | None = None
        self.enough = Event()

    def poll(self, holding: list[str], _health: Health) -> list[Command]:
        self.polls.append(holding)
        if len(self.polls) == 1:
            raise ProviderUnavailable("away")
        if len(self.polls) == 5:
            self.enough.set()
        return [COMMAND] if len(self.polls) == 2 else []

    def bring(self, results: Sequence[Result]) -> None:
        self.brought += results
        assert self.agent is not None
        self.agent.end()


def make(api: Api, folder: Path, provider: MemoryProvider) -> Agent:
    well = Health(healthy=True, detail="well")
    journal = Journal(folder / "j.db")
    api.agent = Agent(cast("Client", api), journal, provider, lambda: well)
    return api.agent


def test_it_polls_on_while_a_command_takes_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BUSY_S", "IDLE_S", "FAILING_S"):
        monkeypatch.setattr(loop, name, 0.0)
    api = Api()

    class Slow(MemoryProvider):
        def get_usage(self, region: str) -> Any:
            assert api.enough.wait(30)
            return super().get_usage(region)

    make(api, tmp_path, Slow()).run()
    assert len(api.polls) >= 5
    assert api.polls[2] == [COMMAND.id]
    assert [result.id for result in api.brought] == [COMMAND.id]
    assert api.brought[0].outcome.value["vms"] == 0


def test_a_fault_of_our_own_is_a_result_and_not_the_end(tmp_path: Path) -> None:
    class Broken(MemoryProvider):
        def get_usage(self, region: str) -> Any:
            raise RuntimeError("a secret detail")

    agent = make(Api(), tmp_path, Broken())
    agent.journal.accept([COMMAND])
    assert agent.work()
    [result] = agent.journal.unsent()
    assert result.outcome.fault is not None
    assert result.outcome.fault.code == "internal"
    assert "secret" not in result.outcome.fault.detail


def test_what_was_asked_long_ago_is_not_begun(tmp_path: Path) -> None:
    class Counting(MemoryProvider):
        def get_usage(self, region: str) -> Any:
            raise AssertionError("begun")

    agent = make(Api(), tmp_path, Counting())
    agent.journal.accept([COMMAND])
    agent.journal._do("UPDATE commands SET at = datetime('now', '-16 minutes')")
    assert agent.work()
    [result] = agent.journal.unsent()
    assert result.outcome.fault is not None
    assert result.outcome.fault.code == "provider_unavailable"


def test_it_polls_and_carries_out_commands_while_a_job_takes_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BUSY_S", "IDLE_S", "FAILING_S"):
        monkeypatch.setattr(loop, name, 0.0)
    export = Export(id="e", vm_id="v", state=TransferState.OPEN)
    job = ExportJob(export=export, disk=0, shard=3).model_dump(mode="json")
    long = COMMAND.model_copy(
        update={"id": "2" * 32, "method": "export_shard", "arguments": {"job": job}}
    )

    class Both(Api):
        def poll(self, holding: list[str], health: Health) -> list[Command]:
            return [long, *given] if (given := super().poll(holding, health)) else []

        def bring(self, results: Sequence[Result]) -> None:
            self.brought += results
            answered.set()
            if results[-1].id == long.id:
                assert self.agent is not None
                self.agent.end()

    api, answered = Both(), Event()

    class Slow(ShardsHere):
        def export_shard(self, job: ExportJob) -> ShardResult:
            assert api.enough.wait(30)
            assert answered.wait(30)
            return ShardResult(shard=job.shard)

    made = make(api, tmp_path, MemoryProvider())
    made.shards = Slow(made.provider, cast("Any", None))
    made.run()
    assert [result.id for result in api.brought] == [COMMAND.id, long.id]
    assert api.brought[1].outcome.value["shard"] == 3
    assert api.polls[-2] == [long.id]


def test_several_jobs_are_done_at_once_and_none_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waits for as many as there may be."""
    monkeypatch.setattr(loop, "BUSY_S", 0.0)
    export = Export(id="e", vm_id="v", state=TransferState.OPEN)
    jobs = [
        COMMAND.model_copy(
            update={
                "id": f"{number:032x}",
                "method": "export_shard",
                "arguments": {
                    "job": ExportJob(export=export, disk=0, shard=number).model_dump(mode="json")
                },
            }
        )
        for number in range(2 * loop.SHARDS_AT_ONCE)
    ]

    class Many(Api):
        def poll(self, holding: list[str], _health: Health) -> list[Command]:
            self.polls.append(holding)
            return jobs if len(self.polls) == 1 else []

        def bring(self, results: Sequence[Result]) -> None:
            self.brought += results
            if len(self.brought) == len(jobs) and self.agent is not None:
                self.agent.end()

    together, done = Barrier(loop.SHARDS_AT_ONCE, timeout=30), list[int]()

    class Waiting(ShardsHere):
        def export_shard(self, job: ExportJob) -> ShardResult:
            together.wait()
            done.append(job.shard)
            return ShardResult(shard=job.shard)

    api = Many()
    made = make(api, tmp_path, MemoryProvider())
    made.shards = Waiting(made.provider, cast("Any", None))
    made.run()
    assert sorted(done) == list(range(len(jobs)))
    assert not [one for one in api.brought if one.outcome.fault]


def test_an_agent_that_moves_no_disks_says_so(tmp_path: Path) -> None:
    agent = make(Api(), tmp_path, MemoryProvider())
    agent.journal.accept([COMMAND.model_copy(update={"method": "import_shard"})])
    assert not agent.work()
    assert agent.work(shards=True)
    [result] = agent.journal.unsent()
    assert result.outcome.fault is not None
    assert result.outcome.fault.code == "unsupported"
