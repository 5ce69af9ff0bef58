"""How advice is carried out: the operations that it takes, one after the other."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from novacron.models.base import Model
from novacron.models.operation import OperationKind


class Direction(StrEnum):
    APPLY = "apply"
    REVERT = "revert"


class Step(Model):
    """``always``: it is done although one before it failed, as a VM that was stopped is started."""

    operation: OperationKind
    resource_id: str
    body: dict[str, Any] = {}
    always: bool = False


class Course(Model):
    """``id`` is the recommendation's. ``round``: the recommendation's version when it began, which
    makes the keys of its operations. ``made``: kind of resource -> id of what a step has made."""

    id: str
    tenant: str
    subject: str
    direction: Direction
    round: int
    account_id: str
    steps: list[Step]
    position: int = 0
    operation_id: str | None = None
    failed: bool = False
    made: dict[str, str] = {}
    version: int = 0
