"""Agents and their commands in the table; every key starts with the tenant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from novacron.errors import AlreadyExists, AuthenticationFailed, NotFound
from novacron.models.agent import AgentRecord, CommandRecord
from novacron.models.base import Model, Page, PageRequest
from novacron.store.table import Lost, Table, document

ABSENT = "attribute_not_exists(pk)"
PRESENT = "attribute_exists(pk)"
SAME = "command_id = :id"
KEPT = timedelta(days=1)
"""How long a command is kept that nobody came back for."""


class Used(Model):
    """A request's number, kept until the request would have expired anyway."""


class AgentStore:
    def __init__(self, table: Table) -> None:
        self.table = table

    def agent(self, tenant: str, agent_id: str) -> AgentRecord:
        """Raises NotFound."""
        found = self.table.get(_pk(tenant), agent_id, AgentRecord)
        if found is None:
            raise NotFound(f"There is no agent {agent_id!r}.", field="agent_id")
        return found

    def agents(self, tenant: str, page: PageRequest) -> Page[AgentRecord]:
        return self.table.page(_pk(tenant), AgentRecord, page)

    def add(self, record: AgentRecord) -> None:
        """Raises AlreadyExists."""
        try:
            self.table.put(_agent(record), ABSENT)
        except Lost as error:
            raise AlreadyExists(f"There is an agent {record.id} already.") from error

    def enrol(self, record: AgentRecord, token_hash: str) -> None:
        """Save it with its key, once for a token. Raises AuthenticationFailed."""
        try:
            self.table.put(_agent(record), "token_hash = :hash", {":hash": token_hash})
        except Lost as error:
            raise AuthenticationFailed("The token has been used.") from error

    def seen(self, record: AgentRecord) -> None:
        """Save what it said. Raises NotFound when it was deleted meanwhile."""
        try:
            self.table.put(_agent(record), PRESENT)
        except Lost as error:
            raise NotFound(f"There is no agent {record.id!r}.") from error

    def delete(self, tenant: str, agent_id: str) -> None:
        self.table.delete(_pk(tenant), agent_id)

    def spend(self, tenant: str, agent_id: str, number: str, expires: int) -> None:
        """Take a request's number. Raises AuthenticationFailed when it was seen before."""
        item = document(f"{_pk(tenant)}_SPENT", f"{agent_id}#{number}", Used(), ttl=expires)
        try:
            self.table.put(item, ABSENT)
        except Lost as error:
            raise AuthenticationFailed("This request was made before.") from error

    # Commands

    def command(self, tenant: str, agent_id: str, slot: str) -> CommandRecord | None:
        return self.table.get(_commands(tenant, agent_id), slot, CommandRecord)

    def commands(self, tenant: str, agent_id: str) -> Iterator[CommandRecord]:
        return self.table.walk(_commands(tenant, agent_id), CommandRecord)

    def queue(
        self, tenant: str, agent_id: str, command: CommandRecord, old: CommandRecord | None
    ) -> bool:
        """Write a new command in the place of ``old``; False: another call was there first."""
        item = _command(tenant, agent_id, command)
        if old is None:
            return self._put(item, ABSENT, {})
        return self._put(item, SAME, {":id": old.id})

    def change(self, tenant: str, agent_id: str, command: CommandRecord) -> bool:
        """Write its next state; False: nobody waits for it any more."""
        return self._put(_command(tenant, agent_id, command), SAME, {":id": command.id})

    def forget(self, tenant: str, agent_id: str, slot: str) -> None:
        self.table.delete(_commands(tenant, agent_id), slot)

    def _put(self, item: dict[str, object], condition: str, values: dict[str, object]) -> bool:
        try:
            self.table.put(item, condition, values)
        except Lost:
            return False
        return True


def _pk(tenant: str) -> str:
    return f"T#{tenant}#AGENT"


def _commands(tenant: str, agent_id: str) -> str:
    return f"T#{tenant}#COMMAND#{agent_id}"


def _agent(record: AgentRecord) -> dict[str, object]:
    return document(_pk(record.tenant), record.id, record, token_hash=record.token_hash)


def _command(tenant: str, agent_id: str, command: CommandRecord) -> dict[str, object]:
    return document(
        _commands(tenant, agent_id),
        command.slot,
        command,
        command_id=command.id,
        ttl=_seconds(command.queued_at + KEPT),
    )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
