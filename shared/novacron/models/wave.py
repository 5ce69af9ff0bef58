"""Several VMs that move as one: which waits for which, and how many are under way at once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from novacron.models.base import Model, Name, ResourceId
from novacron.models.migration import CreateMigration, MigrationSpec


class Move(CreateMigration):
    """One VM's. ``after``: VMs of the same wave that are to have moved before it begins."""

    after: list[ResourceId] = Field(default=[], max_length=50)


class CreateWave(Model):
    name: Name
    moves: list[Move] = Field(min_length=1, max_length=200)
    at_once: int = Field(default=4, ge=1, le=100)
    """Migrations under way at the same time. What an account's limits let through is shared by
    all of them: a few that finish are better than many whose rounds no longer converge."""


class MoveState(StrEnum):
    """A move that waits for one that failed is SKIPPED."""

    WAITING = "waiting"
    MOVING = "moving"
    MOVED = "moved"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def final(self) -> bool:
        return self not in (MoveState.WAITING, MoveState.MOVING)


class Progress(Model):
    """Of one move. ``at``: since when it is so; ``detail``: why, where it went wrong."""

    vm_id: ResourceId
    after: list[ResourceId]
    spec: MigrationSpec
    state: MoveState = MoveState.WAITING
    migration_id: str | None = None
    detail: str | None = None
    at: datetime


class Wave(Model):
    """``id`` is its operation's with another prefix. Steps write ``moves``, callers the rest."""

    id: str
    tenant: str
    subject: str
    operation_id: str
    name: Name
    api_url: str = ""
    at_once: int
    moves: list[Progress]
    paused: bool = False
    cancelled: bool = False
    created_at: datetime
    updated_at: datetime
    version: int = 0


class WaveVerb(StrEnum):
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"


class WaveView(Model):
    """What a caller sees; ``counts``: moves by state."""

    id: str
    operation_id: str
    name: Name
    at_once: int
    paused: bool
    cancelled: bool
    counts: dict[MoveState, int]
    moves: list[Progress]
    created_at: datetime
    updated_at: datetime
