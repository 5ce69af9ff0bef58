"""What a rule finds, and what it may look at to find it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from novacron.costs.advice.prices import Prices, Saving
from novacron.costs.advice.rules import carries
from novacron.costs.advice.usage import at_hour
from novacron.models.advice import Rule, RuleBook
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.recommendation import (
    Action,
    Confidence,
    Evidence,
    Recommendation,
    RecommendationKind,
)
from novacron.models.sighting import Sighting
from novacron.models.usage import Hour, VmUsage
from novacron.operations.services import Services

MOST_POINTS = 200


@dataclass(frozen=True)
class Scene:
    """One tenant at one moment. ``records``: what is there, without what is excluded by a tag;
    ``everything`` has that too, as an excluded VM uses its volume all the same."""

    services: Services
    tenant: str
    now: datetime
    book: RuleBook
    accounts: dict[str, ProviderAccount]
    everything: list[ResourceRecord]
    usages: dict[str, VmUsage]
    prices: Prices
    unused: dict[RecommendationKind, list[Sighting]] = field(default_factory=dict)
    """What ``sightings`` saw at the last look."""

    def sightings(self, rule: Rule) -> Iterator[Sighting]:
        """Those that the rule has waited for, and whose tags let it."""
        for one in self.unused.get(rule.kind, []):
            tags, hours = one.found.tags, one.hours(self.now)
            if carries(tags, self.book.excluded_tags):
                continue
            if rule.tags and not carries(tags, rule.tags):
                continue
            if hours >= rule.window_hours and one.looks >= rule.thresholds["min_looks"]:
                yield one

    def records(self, kind: ResourceKind, rule: Rule) -> Iterator[ResourceRecord]:
        """Those that no operation is changing, whose account is there, and whose tags let them."""
        for record in self.everything:
            if record.kind is not kind or record.account_id not in self.accounts:
                continue
            tags = record.document.get("tags", {})
            if record.running_operation or carries(tags, self.book.excluded_tags):
                continue
            if not rule.tags or carries(tags, rule.tags):
                yield record


class Subject(Protocol):
    """What advice is about: a resource, or what many of them use together."""

    @property
    def id(self) -> str: ...
    @property
    def account_id(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Finding:
    """``apply`` None: a person must do it, and ``detail`` says how."""

    record: Subject
    title: str
    detail: str
    saving: Saving
    confidence: Confidence
    risk: str
    unknown: list[str] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    apply: Action | None = None
    revert: Action | None = None


def told_of(scene: Scene, rule: Rule, sighting: Sighting) -> list[Evidence]:
    """For how long, and at how many looks."""
    looks = (sighting.looks, rule.thresholds["min_looks"], "looks")
    hours = (round(sighting.hours(scene.now), 1), rule.window_hours, "hours")
    return [
        Evidence(
            signal=signal,
            window_hours=rule.window_hours,
            observed=observed,
            threshold=threshold,
            unit=unit,
        )
        for signal, (observed, threshold, unit) in (
            ("hours since it was first seen so", hours),
            ("looks in a row at which nothing used it", looks),
        )
    ]


def recommendation_id(tenant: str, kind: RecommendationKind, record: Subject) -> str:
    """The same for the same finding, whenever it is found."""
    text = f"{tenant}\n{kind.value}\n{record.account_id}\n{record.id}"
    return "rec-" + hashlib.sha256(text.encode()).hexdigest()[:20]


def as_recommendation(scene: Scene, rule: Rule, found: Finding) -> Recommendation:
    return Recommendation(
        id=recommendation_id(scene.tenant, rule.kind, found.record),
        tenant=scene.tenant,
        kind=rule.kind,
        rule=rule.kind.value,
        reference=rule.reference,
        account_id=found.record.account_id,
        resource_id=found.record.id,
        resource_name=found.record.name,
        title=found.title,
        detail=found.detail,
        saving=max(found.saving.monthly or Decimal(0), Decimal(0)),
        currency=found.saving.currency,
        formula=found.saving.formula,
        confidence=found.confidence,
        risk=found.risk,
        unknown=[*found.unknown, *found.saving.unknown],
        evidence=found.evidence,
        apply=found.apply,
        revert=found.revert,
        found_at=scene.now,
        updated_at=scene.now,
    )


def points(hours: list[Hour], values: list[float]) -> list[tuple[datetime, float]]:
    """For a chart: at most 200, each the highest of its share of the window."""
    step = -(-len(hours) // MOST_POINTS) or 1
    return [(at_hour(hours[i].hour), max(values[i : i + step])) for i in range(0, len(hours), step)]
