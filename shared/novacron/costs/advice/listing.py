"""Advice as a caller reads it: by saving, filtered, with rules that may be edited."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from novacron.costs.advice.rules import rule_book
from novacron.models.advice import CommitmentCalendar, DueCommitment, RuleBook, RuleEdits
from novacron.models.base import PageRequest
from novacron.models.commitment import Commitment
from novacron.models.recommendation import (
    Recommendation,
    RecommendationKind,
    Recommendations,
    RecommendationState,
)
from novacron.operations.services import Services
from novacron.providers.base import iterate
from novacron.store.filtered import filtered
from novacron.store.recommendations import AdviceStore

HELD = RecommendationKind.EXPIRING_COMMITMENT


def listed(
    services: Services, tenant: str, page: PageRequest, where: dict[str, str | None]
) -> Recommendations:
    """The largest saving first. What is gone is shown to who asks for that state."""
    store = AdviceStore(services.store.table)
    wanted = {name: value for name, value in where.items() if value}
    found = filtered(partial(store.page, tenant), lambda one: _matches(one, wanted), page)
    return Recommendations(items=found.items, next_cursor=found.next_cursor)


def _matches(one: Recommendation, wanted: dict[str, str]) -> bool:
    if "state" not in wanted and one.state is RecommendationState.GONE:
        return False
    return all(getattr(one, name) == value for name, value in wanted.items())


def rules_of(services: Services, tenant: str) -> RuleBook:
    return rule_book(AdviceStore(services.store.table).rules(tenant))


def edit_rules(services: Services, tenant: str, edits: RuleEdits) -> RuleBook:
    """Replace the tenant's edits; what they do not name is as shipped. Raises InvalidSpec."""
    book = rule_book(edits)
    AdviceStore(services.store.table).save_rules(tenant, edits)
    return book


def calendar(services: Services, tenant: str) -> CommitmentCalendar:
    """Commitments in force, as far as accounts tell theirs."""
    store, now = AdviceStore(services.store.table), services.now()
    held = [
        DueCommitment(
            **dict(sighting.found),
            account_id=account.id,
            days=(sighting.found.end - now) // timedelta(days=1),
        )
        for account in iterate(services.store.accounts, tenant)
        for sighting in store.sightings(tenant, account.id, HELD).items
        if isinstance(sighting.found, Commitment) and sighting.found.end > now
    ]
    return CommitmentCalendar(items=sorted(held, key=lambda one: (one.end, one.id)))
