"""Advice: what to change, what it saves, why, and how to take it back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field

from novacron.models.base import Model
from novacron.models.cost import Currency


class RecommendationKind(StrEnum):
    IDLE_VM = "idle-vm"
    STOPPED_VM = "stopped-vm"
    UNATTACHED_VOLUME = "unattached-volume"
    UNUSED_ADDRESS = "unused-address"
    OLD_SNAPSHOT = "old-snapshot"
    OLD_IMAGE = "old-image"
    EMPTY_LOAD_BALANCER = "empty-load-balancer"
    UNUSED_RESERVATION = "unused-reservation"
    RIGHT_SIZE = "right-size"
    COMMIT = "commit"
    EXPIRING_COMMITMENT = "expiring-commitment"
    SPOT = "spot"
    POWER_SCHEDULE = "power-schedule"
    RELOCATE = "relocate"


class RecommendationState(StrEnum):
    """``noticed``: the owner was told and the grace period runs. ``gone``: no longer true."""

    NOTICED = "noticed"
    OPEN = "open"
    APPLYING = "applying"
    APPLIED = "applied"
    REVERTED = "reverted"
    DISMISSED = "dismissed"
    GONE = "gone"


class Confidence(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Evidence(Model):
    """One signal: what was measured over which window, against which threshold.

    ``points`` is what a chart needs: time -> value, thinned to at most 200.
    """

    signal: str
    window_hours: int
    observed: float
    threshold: float
    unit: str
    points: list[tuple[datetime, float]] = Field(default=[], max_length=200)


class Action(Model):
    """One operation of ours: ``operation`` is its kind (``vm.stop``), ``body`` its request."""

    operation: str
    resource_id: str
    body: dict[str, Any] = {}


class Recommendation(Model):
    """``saving`` per month of 730 hours, net of commitments already bought.

    ``rule`` names the row of the rules table that found it and ``reference`` the official page
    that the rule follows or departs from. ``unknown`` lists what could not be measured: said, not
    guessed. ``apply`` None: a person must do it, and ``detail`` says how.
    """

    id: str
    tenant: str
    kind: RecommendationKind
    state: RecommendationState = RecommendationState.OPEN
    rule: str
    reference: str
    account_id: str
    resource_id: str
    resource_name: str
    title: str
    detail: str
    saving: Decimal
    currency: Currency
    formula: str
    confidence: Confidence
    risk: str
    unknown: list[str] = []
    evidence: list[Evidence] = []
    apply: Action | None = None
    revert: Action | None = None
    found_at: datetime
    updated_at: datetime
    applied_at: datetime | None = None
    apply_operation: str | None = None
    revert_operation: str | None = None
    realised: Decimal | None = None
    """Saving per month measured from the bill since it was applied."""
    realised_interval: tuple[Decimal, Decimal] | None = None
    """In which it lies with 95% confidence, as far as days differ by chance; None: too few days."""
    realised_through: date | None = None
    """The last day of the bill that was measured."""
    version: int = 0


class ApplyArguments(Model):
    """``confirm``: the resource's name, for what cannot be taken back."""

    confirm: str = Field(default="", max_length=512)


class Recommendations(Model):
    """Without the points of their evidence, the largest saving first."""

    items: list[Recommendation]
    next_cursor: str | None = None
