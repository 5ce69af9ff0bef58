"""Commitments that end soon: what they pay for is billed on demand from then on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.on_bill import Worth, worth
from novacron.costs.advice.prices import CENT, LIST, Saving
from novacron.costs.commitments.units import Prices
from novacron.errors import NovaCronError
from novacron.models.advice import Rule
from novacron.models.commitment import Commitment, bill_key
from novacron.models.recommendation import Confidence, Evidence, RecommendationKind
from novacron.providers.base import CloudProvider, iterate
from novacron.providers.commitments import Commitments

AHEAD = timedelta(days=366)
NOT_BILLED = ["what it saves: the bill does not name it"]
DAY = timedelta(days=1)


def held(provider: CloudProvider) -> Iterator[Commitment]:
    if isinstance(provider, Commitments):
        yield from iterate(provider.list_commitments, None)


def seen(scene: Scene, account_id: str) -> list[Commitment]:
    """Those of the account at the last look, the soonest end first."""
    found = [
        one.found
        for one in scene.unused.get(RecommendationKind.EXPIRING_COMMITMENT, [])
        if one.account_id == account_id and isinstance(one.found, Commitment)
    ]
    return sorted(found, key=lambda one: (one.end, one.id))


def renewals(
    found: Sequence[Commitment], region: str, base: str, prices: Prices, now: datetime
) -> list[str]:
    """Those for the pool ``base``, or for all types, that end within a year."""
    return [
        f"{one.name} ({one.amount}) ends on {one.end.date()}"
        for one in found
        if one.region in (None, region) and now <= one.end <= now + AHEAD
        if _is_for(one, base, prices)
    ]


def _is_for(one: Commitment, base: str, prices: Prices) -> bool:
    unit = prices.unit(one.covers)
    return base.startswith(one.covers) or (unit is not None and unit.base == base)


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """Nothing of ours renews one: it is a contract."""
    soon = scene.now + timedelta(days=rule.thresholds["days"])
    worths: dict[str, Worth] = {}
    for sighting in scene.sightings(rule):
        one, account = sighting.found, sighting.account_id
        if not isinstance(one, Commitment) or not scene.now <= one.end <= soon:
            continue
        if account not in worths:
            worths[account] = _worth(scene, account)
        yield Finding(
            record=sighting,
            title=f"{one.name} ends on {one.end.date()}" + (", and renews" if one.renews else ""),
            detail=_detail(one),
            saving=_saving(worths[account], one),
            confidence=Confidence.HIGH,
            risk="Without it the same use is billed on demand.",
            evidence=[_evidence(scene, rule, one)],
        )


def _detail(one: Commitment) -> str:
    if one.renews:
        then = "It renews itself: change that at the provider first if you need less of it."
    else:
        then = (
            "Buy anew what is still worth it: from then on the advice `commit` counts without it."
        )
    return f"{one.amount}, since {one.start.date()}. {then}"


def _worth(scene: Scene, account_id: str) -> Worth:
    """Of no commitment where no bill is kept, or none is new."""
    if scene.prices.ledger is not None:
        try:
            return worth(scene.prices.ledger, account_id, scene.now.date())
        except NovaCronError:
            pass
    return Worth(LIST, {})


def _saving(known: Worth, one: Commitment) -> Saving:
    monthly = known.monthly.get(bill_key(one.id))
    if monthly is None:
        return Saving(None, known.currency, "no price is known", NOT_BILLED)
    amount = Decimal(monthly).quantize(CENT)
    return Saving(amount, known.currency, "list cost - effective cost on the bill, as a month")


def _evidence(scene: Scene, rule: Rule, one: Commitment) -> Evidence:
    return Evidence(
        signal="days until it ends",
        window_hours=rule.window_hours,
        observed=(one.end - scene.now) // DAY,
        threshold=rule.thresholds["days"],
        unit="days",
    )
