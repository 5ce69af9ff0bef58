"""The agent's loop: fetch commands, carry them out, bring results.

One command is carried out at a time, and beside it SHARDS_AT_ONCE jobs of shards, so that a VM is
fenced at once although a gigabyte is on its way.

A command is journalled before it is begun and its result before it is sent. One that a crash cut
off is begun again: creates find what they made by their operation, state changes asked for twice
succeed twice, and looks may be repeated freely (``providers/base.py``). One that has a result is
never carried out again.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread

from novacron.agent.client import Client
from novacron.agent.journal import Journal
from novacron.errors import NovaCronError, ProviderUnavailable
from novacron.models.account import Health
from novacron.models.agent import Command, Fault, Outcome
from novacron.providers.agent import wire
from novacron.providers.base import CloudProvider

SHARDS_AT_ONCE = 3
"""Most of a small job is waiting for the API and the object store. Each holds at most what eight
threads do of a shard, some 100 MiB."""
BUSY_S = 1.0
IDLE_S = 10.0
LINGER = 30
"""Turns without work after which it is idle: one command of an operation follows another."""
FAILING_S = 60.0
JITTER = 0.25
TOO_LATE = Outcome(
    fault=Fault(code=ProviderUnavailable.code, detail="The agent was away; ask again.")
)
log = logging.getLogger("novacron.agent")


@dataclass
class Agent:
    """``health`` and ``shards`` must not share connections with ``provider``, nor with each other:
    they work at the same time."""

    client: Client
    journal: Journal
    provider: CloudProvider
    health: Callable[[], Health]
    shards: object = None
    """Its ``migration.shards.ShardWork``; None: it moves no disks."""
    stop: Event = field(default_factory=Event)
    news: Event = field(default_factory=Event)
    """Set when there is something to send, or to stop for."""
    work_there: tuple[Event, Event] = field(default_factory=lambda: (Event(), Event()))
    """For the provider's thread and the shards'."""
    under_way: set[str] = field(default_factory=set)
    _taking: Lock = field(default_factory=Lock)

    def turn(self) -> bool:
        """Bring what is finished, fetch what is new; whether there was anything of either."""
        results = self.journal.unsent()
        if results:
            self.client.bring(results)
            self.journal.sent([one.id for one in results])
        commands = self.client.poll(self.journal.holding(), self.health())
        self.journal.accept(commands)
        for there in self.work_there if commands else ():
            there.set()
        return bool(results or commands)

    def work(self, shards: bool = False) -> bool:
        """Carry one command out, a shard's job or another; False: there is none."""
        with self._taking:
            found = self.journal.next(shards, self.under_way)
            if found is None:
                return False
            command, late = found
            self.under_way.add(command.id)
        log.info("%s %s%s", command.id, command.method, " comes too late" if late else "")
        outcome = TOO_LATE if late else self._carry_out(command)
        self.journal.finish(command.id, outcome)
        self.under_way.discard(command.id)
        self.news.set()
        return True

    def _carry_out(self, command: Command) -> Outcome:
        served = self.shards if command.method in wire.SHARD_WORK else self.provider
        try:
            return wire.run(served, command.method, command.arguments)
        except Exception:
            log.exception("%s failed", command.id)
            told = f"The agent failed in {command.method}; its log says why."
            return Outcome(fault=Fault(code="internal", detail=told))

    def run(self) -> None:
        """Until ``stop``. Work has threads of its own, so that a long command is no silence."""
        for shards in (False, *[True] * SHARDS_AT_ONCE):
            Thread(target=self._work_on, args=(shards,), daemon=True).start()
        delay, quiet = BUSY_S, 0
        while not self.stop.is_set():
            self.news.clear()
            try:
                quiet = 0 if self.turn() else quiet + 1
                delay = BUSY_S if quiet < LINGER else min(delay * 2, IDLE_S)
            except NovaCronError as error:
                log.warning(error.detail)
                delay = min(delay * 2, FAILING_S)
                self.stop.wait(_spread(delay))
            else:
                self.news.wait(_spread(delay))

    def end(self) -> None:
        for one in (self.stop, self.news, *self.work_there):
            one.set()

    def _work_on(self, shards: bool) -> None:
        """What it cannot go on after (a full disk) ends the agent: systemd starts it again."""
        try:
            while not self.stop.is_set():
                self.work_there[shards].clear()
                if not self.work(shards):
                    self.work_there[shards].wait()
        finally:
            self.end()


def _spread(seconds: float) -> float:
    """So that agents that lost the API at one instant do not come back at one."""
    return seconds * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
