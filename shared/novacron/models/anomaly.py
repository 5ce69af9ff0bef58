"""Costs that are not as they were."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from novacron.models.base import Model, Page
from novacron.models.cost import Currency


class Scope(StrEnum):
    """What is looked at, each value of it for itself."""

    ACCOUNT = "account"
    SERVICE = "service"
    RESOURCE = "resource"


class Cause(StrEnum):
    """``usage``: the list price of what was used went along. ``price``: it did not, so that a
    discount or commitment came or went. ``new``: mostly resources that cost nothing before.
    ``unknown``: the provider tells no list price."""

    USAGE = "usage"
    PRICE = "price"
    NEW = "new"
    UNKNOWN = "unknown"


class AnomalyState(StrEnum):
    OPEN = "open"
    CONFIRMED = "confirmed"
    MUTED = "muted"


class Verdict(StrEnum):
    """``expected`` mutes what is like it for a time; ``confirmed`` ends such a mute."""

    EXPECTED = "expected"
    CONFIRMED = "confirmed"


class Contributor(Model):
    """``change``: what the resource cost more, or less, than before."""

    resource: str
    change: Decimal


class Feedback(Model):
    verdict: Verdict
    days: int = Field(default=30, ge=1, le=366)
    """How long the same account, service or resource is not reported in the same direction."""
    note: Annotated[str, StringConstraints(max_length=1000)] = ""


class Mute(Model):
    until: date


class Anomaly(Model):
    """``severity``: how far ``amount`` is from ``expected``. ``low`` and ``high`` are the band
    outside which one day in some thousands is. ``score``: 0 to 1, rarer is higher."""

    id: str
    tenant: str
    scope: Scope
    value: str
    day: date
    amount: Decimal
    expected: Decimal
    low: Decimal
    high: Decimal
    severity: Decimal
    currency: Currency
    score: float
    cause: Cause
    contributors: list[Contributor]
    state: AnomalyState = AnomalyState.OPEN
    feedback: Feedback | None = None
    found_at: datetime
    updated_at: datetime
    version: int = 0

    @property
    def rising(self) -> bool:
        return self.amount > self.expected


Anomalies = Page[Anomaly]
