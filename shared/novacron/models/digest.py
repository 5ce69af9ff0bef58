"""What a digest tells a program: how much was found, and the largest of it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field

from novacron.models.anomaly import Cause, Scope
from novacron.models.base import Model
from novacron.models.recommendation import RecommendationKind

Short = Annotated[str, AfterValidator(lambda text: " ".join(text.split())[:100])]
"""A line of it, cut so that a digest's size is bounded."""


class _Listed(Model):
    """As much of what its own notice would have told as a list has room for."""

    model_config = ConfigDict(extra="ignore")


class ListedAdvice(_Listed):
    owner: Short = Field(exclude=True)
    """Told once, of all that is listed under it."""
    id: str
    kind: RecommendationKind
    resource_id: str
    title: Short
    saving: Decimal
    currency: str
    found_at: datetime


class ListedAnomaly(_Listed):
    id: str
    scope: Scope
    value: Short
    day: date
    amount: Decimal
    expected: Decimal
    severity: Decimal
    currency: str
    cause: Cause


class OwnersAdvice(Model):
    """``saving``: currency -> the sum of all, a month. ``more``: what ``largest`` leaves out."""

    owner: Short
    count: int
    saving: dict[str, Decimal]
    largest: list[ListedAdvice]
    more: int


class Summary(Model):
    """Of what was found before ``until`` and is in no digest before. ``advice`` and ``saving`` are
    those of all owners, ``more_owners`` and ``more_anomalies`` what the lists leave out."""

    kind: Literal["digest"] = "digest"
    until: datetime
    advice: int
    saving: dict[str, Decimal]
    owners: list[OwnersAdvice]
    more_owners: int
    anomalies: int
    largest_anomalies: list[ListedAnomaly]
    more_anomalies: int
