"""The queue between functions and agents, as the agent adapter sees it.

A call is a command at a slot that its method and arguments name, so that the same call, made
again, finds it. The answer is taken by the call that returns it; within an ``attempt`` (a state's
step, a scheduled run) answers stay until the attempt gets all that it asks for, so that a step of
several calls does not begin anew each time.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from novacron.errors import NotFound, NotReady, ProviderUnavailable
from novacron.models.account import Health
from novacron.models.agent import AgentRecord, CommandRecord, CommandState, Outcome
from novacron.providers.agent.wire import SHARD_WORK
from novacron.store.agents import AgentStore

SILENT = timedelta(seconds=60)
"""An agent that has not been heard of for so long is taken to be gone."""
FRESH = timedelta(seconds=60)
FRESH_IN_ATTEMPT = timedelta(minutes=11)
"""Two runs of the five-minute schedule: the first asks, the second reads."""
QUEUED = timedelta(minutes=5)
"""A command that no agent took for so long is not given out any more."""
FRESH_WORK = timedelta(hours=6)
"""What a shard's job gave stays true; doing it again costs a gigabyte's way."""
LOOKS = {"export": "get_export", "target": "get_import"}
READS = ("get_", "list_", "console_", "estimate_", "authenticate", "check_", "touched")


class AgentQueue:
    """The courier over the table."""

    def __init__(self, store: AgentStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._taken: list[tuple[str, str, str]] | None = None
        self._waiting = False

    def call(self, tenant: str, agent_id: str, method: str, arguments: dict[str, Any]) -> Outcome:
        agent = self._alive(tenant, agent_id)
        slot = slot_of(method, arguments)
        found = self._store.command(tenant, agent_id, slot)
        if found is not None and self._usable(found) and found.outcome is not None:
            self._take(tenant, agent_id, slot)
            return found.outcome
        if found is None or not self._pending(found, agent):
            self._queue(tenant, agent_id, method, arguments, found)
        self._waiting = True
        raise NotReady(f"The agent {agent_id} has not answered yet.")

    def health(self, tenant: str, agent_id: str) -> Health:
        try:
            record = self._alive(tenant, agent_id)
        except ProviderUnavailable as error:
            return Health(healthy=False, detail=error.detail)
        told = record.health or Health(healthy=False, detail="it has said nothing of its hosts")
        seen = f"agent seen {(self._now() - _seen(record)).total_seconds():.0f} s ago"
        return told.model_copy(update={"detail": f"{seen}; {told.detail}"})

    @contextmanager
    def attempt(self) -> Iterator[None]:
        self._taken, self._waiting = [], False
        try:
            yield
        finally:
            taken, self._taken = self._taken, None
            if not self._waiting:
                for one in taken:
                    self._store.forget(*one)

    def _alive(self, tenant: str, agent_id: str) -> AgentRecord:
        try:
            record = self._store.agent(tenant, agent_id)
        except NotFound as error:
            raise ProviderUnavailable(error.detail) from error
        if record.last_seen is None:
            raise ProviderUnavailable(f"The agent {record.name} was never heard of.")
        if self._now() - record.last_seen > SILENT:
            last = record.last_seen.isoformat(timespec="seconds")
            raise ProviderUnavailable(f"The agent {record.name} is silent since {last}.")
        return record

    def _usable(self, found: CommandRecord) -> bool:
        fresh = FRESH if self._taken is None else FRESH_IN_ATTEMPT
        if found.method in SHARD_WORK:
            fresh = FRESH_WORK
        return found.done_at is not None and self._now() - found.done_at < fresh

    def _pending(self, found: CommandRecord, agent: AgentRecord) -> bool:
        """What an agent says that it holds is pending however long it takes; what it lost is
        given to it again until it expires."""
        if found.state is CommandState.CLAIMED and found.id in agent.holding:
            return True
        return found.state is not CommandState.DONE and not expired(found, self._now())

    def _take(self, tenant: str, agent_id: str, slot: str) -> None:
        if self._taken is None:
            self._store.forget(tenant, agent_id, slot)
        else:
            self._taken.append((tenant, agent_id, slot))

    def _queue(
        self,
        tenant: str,
        agent_id: str,
        method: str,
        arguments: dict[str, Any],
        old: CommandRecord | None,
    ) -> None:
        command = CommandRecord(
            id=uuid.uuid4().hex,
            slot=slot_of(method, arguments),
            method=method,
            arguments=arguments,
            queued_at=self._now(),
        )
        if not method.startswith(READS):
            self._forget_looks(tenant, agent_id, arguments)
        self._store.queue(tenant, agent_id, command, old)

    def _forget_looks(self, tenant: str, agent_id: str, arguments: dict[str, Any]) -> None:
        """What was seen of a resource before a change of it is no answer after the change."""
        for name, value in arguments.items():
            look = LOOKS.get(name) or f"get_{name.removesuffix('_id')}"
            if name in LOOKS or name.endswith("_id"):
                self._store.forget(tenant, agent_id, slot_of(look, {name: value}))


def slot_of(method: str, arguments: dict[str, Any]) -> str:
    text = json.dumps([method, arguments], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def expired(command: CommandRecord, now: datetime) -> bool:
    return now - command.queued_at > QUEUED


def _seen(record: AgentRecord) -> datetime:
    assert record.last_seen is not None
    return record.last_seen
