"""The loop: a long command is no silence, an API that is away is tried again, an end is an end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any, cast

import pytest

from novacron.agent import agent as loop
from novacron.agent.agent import Agent
from novacron.agent.client import Client
from novacron.agent.journal import Journal
from novacron.errors import ProviderUnavailable
from novacron.models.account import Health
from novacron.models.agent import Command, Result
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
