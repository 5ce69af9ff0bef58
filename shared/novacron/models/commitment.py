"""Commitments to a provider: paid for until they end, used or not."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from novacron.models.base import Model, Tags


class CommitmentKind(StrEnum):
    """FOCUS's CommitmentDiscountCategory: to use so much, or to spend so much."""

    USAGE = "usage"
    SPEND = "spend"


def bill_key(name: str) -> str:
    """By which a commitment is the same on a bill, as an ARN or path, and in the provider's API."""
    return name.rpartition("/")[2].lower()


class CommitmentSpec(Model):
    """To use as much as ``count`` VMs of ``instance_type`` do. ``payment``: see the catalog."""

    region: str
    instance_type: str
    count: int
    term: Literal["1y", "3y"]
    payment: str

    @property
    def years(self) -> int:
        return int(self.term[0])

    @property
    def hours(self) -> int:
        return 365 * 24 * self.years


class Quote(Model):
    """``total``: what is paid until it ends, without tax; None: the provider does not tell it."""

    id: str
    total: Decimal | None
    currency: str = "USD"


class Commitment(Model):
    """In force from ``start`` up to and without ``end``. ``id``: the last part of the id that a
    bill gives it. ``region`` None: of all regions. ``covers``: the instance type that it is for, or
    how the names of the types begin; empty: all. ``amount``: what was committed to, for people.
    ``renews``: it is bought again at its end."""

    id: str
    name: str
    kind: CommitmentKind
    region: str | None
    covers: str
    amount: str
    start: datetime
    end: datetime
    renews: bool
    tags: Tags = {}

    @property
    def mark(self) -> str:
        """See ``models.sighting``: its id is never given to another."""
        return self.id
