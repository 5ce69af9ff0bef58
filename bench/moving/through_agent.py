"""An agent that works as it does on its host; the API and the object store are some way off."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any, cast

from bench.moving.copying import Slow
from bench.moving.raw_file import RawFile
from novacron.agent import agent
from novacron.agent.client import Client
from novacron.agent.journal import Journal
from novacron.migration.chunks import ChunkStore
from novacron.migration.shards import ShardsHere
from novacron.models.account import Health
from novacron.models.agent import Command, Result
from novacron.models.base import Model
from novacron.providers.agent import wire

MOST = 20
"""Commands that one poll gives out, as ``operations/agents.py`` does."""
WELL = Health(healthy=True, detail="")


@dataclass
class Api:
    """What the agent polls; ``delay``: seconds a request takes."""

    delay: float
    waiting: list[Command] = field(default_factory=list)
    answers: list[Result] = field(default_factory=list)

    def poll(self, _holding: list[str], _health: Health) -> list[Command]:
        time.sleep(self.delay)
        given, self.waiting = self.waiting[:MOST], self.waiting[MOST:]
        return given

    def bring(self, results: Sequence[Result]) -> None:
        time.sleep(self.delay)
        self.answers += results


@dataclass
class ThroughAgent:
    """``jobs``: all that was asked of it."""

    disk: RawFile
    chunks: ChunkStore
    delay: float
    folder: Path
    jobs: int = 0

    def __post_init__(self) -> None:
        cast("Slow", self.chunks.objects).delay = self.delay
        self.api = Api(self.delay)
        shards = ShardsHere(cast("Any", self.disk), lambda _: self.chunks)
        journal = Journal(self.folder / f"{uuid.uuid4().hex}.db")
        provider = cast("Any", self.disk)
        self.agent = agent.Agent(cast("Client", self.api), journal, provider, lambda: WELL, shards)
        self.thread = Thread(target=self.agent.run)
        self.thread.start()

    def ask(self, method: str, calls: list[dict[str, Model | int]]) -> list[Any]:
        """What the agent answers to all of them, asked at once as the functions of a map do."""
        self.api.answers.clear()
        self.jobs += len(calls)
        self.api.waiting += [_command(method, one) for one in calls]
        while len(self.api.answers) < len(calls):
            time.sleep(0.01)
        return [wire.answer(method, one.outcome) for one in self.api.answers]

    def end(self) -> None:
        self.agent.end()
        self.thread.join()


def _command(method: str, arguments: dict[str, Model | int]) -> Command:
    name = uuid.uuid4().hex
    return Command(
        id=name,
        slot=name,
        method=method,
        arguments=wire.encode(method, arguments),
        queued_at=datetime.now(UTC),
    )
