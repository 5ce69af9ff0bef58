"""The rules by which advice is found, as an operator reads and edits them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from novacron.models.base import Model, ResourceId
from novacron.models.commitment import Commitment
from novacron.models.recommendation import RecommendationKind

TagPattern = Annotated[str, StringConstraints(min_length=1, max_length=385)]
"""``key``, whatever its value, or ``key=value``."""


class Rule(Model):
    """``thresholds`` have their unit in their name. ``departs``: in what the rule differs from
    the page at ``reference``, and why. ``grace_hours``: how long an owner has after the notice
    before the advice is open. ``tags``: where not empty, only what carries one of them is looked
    at. ``every_hours``: it is looked for so often; 0: at every run.
    """

    kind: RecommendationKind
    enabled: bool = True
    signal: str
    window_hours: int
    thresholds: dict[str, float]
    formula: str
    confidence: str
    undo: str
    reference: str
    departs: str
    grace_hours: int = 72
    every_hours: int = 0
    tags: list[TagPattern] = []


class RuleEdit(Model):
    """What is None is as shipped; thresholds that are not named are, too."""

    enabled: bool | None = None
    window_hours: int | None = Field(default=None, ge=0, le=24 * 366)
    grace_hours: int | None = Field(default=None, ge=0, le=24 * 366)
    thresholds: dict[str, Annotated[float, Field(ge=0, le=1e12)]] = {}
    tags: list[TagPattern] | None = Field(default=None, max_length=50)


class HeldCommitment(Model):
    """Bought before: as much as ``count`` VMs of ``instance_type`` use, from ``start`` up to and
    without ``end``."""

    account_id: ResourceId
    region: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    instance_type: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    count: int = Field(ge=1, le=10**6)
    start: date
    end: date


class RuleEdits(Model):
    """A tenant's own rules: the shipped ones, edited."""

    rules: dict[RecommendationKind, RuleEdit] = {}
    excluded_tags: list[TagPattern] = Field(default=["keep"], max_length=50)
    """What carries one of them is never advised on."""
    holidays: list[date] = Field(default=[], max_length=366)
    """Days that are off in every power schedule that is advised."""
    held: list[HeldCommitment] = Field(default=[], max_length=200)
    """Commitments to buy are advised on top of these; of a family that has none, on top of those
    that the bill names."""


class DueCommitment(Commitment):
    """``days``: whole ones until it ends."""

    account_id: ResourceId
    days: int


class CommitmentCalendar(Model):
    """The soonest end first."""

    items: list[DueCommitment]


class Looks(Model):
    """When each rule last looked."""

    at: dict[RecommendationKind, datetime] = {}


class RuleBook(Model):
    """The rules that hold. ``not_looked_for``: kind and provider -> why no rule finds it."""

    rules: list[Rule]
    excluded_tags: list[TagPattern]
    holidays: list[date] = []
    held: list[HeldCommitment] = []
    not_looked_for: dict[str, str] = {}
