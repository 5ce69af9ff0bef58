"""Collecting costs: what travels between the states, and how each account's last try ended."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from novacron.models.base import Model


class CollectStep(StrEnum):
    """``plan``: which months there are to import. ``collect``: one of them. ``note``: it failed."""

    PLAN = "plan"
    COLLECT = "collect"
    NOTE = "note"


class AccountRef(Model):
    tenant: str
    account_id: str


class MonthRef(AccountRef):
    """``estimated``: metered by us until the bill is there."""

    period: date
    estimated: bool = False


class CollectEvent(AccountRef):
    """The input of a step: ids alone."""

    step: CollectStep
    period: date | None = None
    estimated: bool = False
    failure: dict[str, Any] | None = None


class CollectOutput(Model):
    items: list[MonthRef] = []


class Collection(AccountRef):
    """``code`` and ``detail``: why the last try failed; None where it did not."""

    at: datetime
    code: str | None = None
    detail: str | None = None


class EstimateError(AccountRef):
    """What our VMs' cost in a service until ``through`` was estimated at, and billed at."""

    period: date
    service: str
    through: date
    currency: str
    estimated: Decimal
    billed: Decimal

    @property
    def share(self) -> Decimal | None:
        """Of what was billed; above zero where the estimate was too high."""
        return (self.estimated - self.billed) / self.billed if self.billed else None
