"""Host agents, and the commands that they carry out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from novacron.models.account import Health
from novacron.models.base import Model, Name

CommandId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
PublicKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""An Ed25519 public key, 32 bytes as unpadded base64url."""


class Agent(Model):
    """What a caller may see. ``health`` is what the agent last said of its hosts."""

    id: str
    name: str
    created_at: datetime
    enrolled_at: datetime | None = None
    last_seen: datetime | None = None
    health: Health | None = None


class AgentRecord(Agent):
    tenant: str
    token_hash: str | None = None
    """SHA-256 of the one-time token, until it is used."""
    token_expires_at: datetime
    public_key: PublicKey | None = None
    holding: list[CommandId] = []
    """Commands that it had when it last polled."""


class CommandState(StrEnum):
    QUEUED = "queued"
    CLAIMED = "claimed"
    DONE = "done"


class Fault(Model):
    """An error of the tree on its way through JSON."""

    code: str
    detail: str
    field: str | None = None
    remedy: str | None = None


class Outcome(Model):
    """What a call gave: ``fault``, or else ``value`` as JSON."""

    value: Any = None
    fault: Fault | None = None


class Command(Model):
    """One call of the provider contract. A repeat of the call finds it at its ``slot``."""

    id: CommandId
    slot: CommandId
    method: str
    arguments: dict[str, Any]
    queued_at: datetime


class CommandRecord(Command):
    state: CommandState = CommandState.QUEUED
    outcome: Outcome | None = None
    done_at: datetime | None = None

    @property
    def plain(self) -> Command:
        return Command(**self.model_dump(include=set(Command.model_fields)))


class CreateAgent(Model):
    name: Name


class NewAgent(Model):
    """``token`` enrols the agent once, until ``expires_at``; it is shown here only."""

    agent: Agent
    token: str
    expires_at: datetime


class Agents(Model):
    items: list[Agent]
    next_cursor: str | None = None


class Enrol(Model):
    token: str = Field(min_length=1, max_length=512)
    public_key: PublicKey


class Enrolled(Model):
    """What the agent names itself by from now on."""

    agent_id: str
    tenant: str


class Poll(Model):
    """``holding``: commands that the agent has and whose results are still to come."""

    holding: list[CommandId] = Field(default=[], max_length=1000)
    health: Health


class Commands(Model):
    items: list[Command]


class Result(Model):
    id: CommandId
    slot: CommandId
    outcome: Outcome


class Results(Model):
    items: list[Result] = Field(min_length=1, max_length=100)


class Received(Model):
    """How many of the results somebody still waits for."""

    kept: int
