"""Reserved capacity that no VM runs on."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.catalog.rates import rate
from novacron.costs.advice.finding import Finding, Scene, told_of
from novacron.costs.advice.prices import CENT, HOURS, LIST, Saving
from novacron.models.advice import Rule
from novacron.models.capacity_reservation import CapacityReservation
from novacron.models.price import PriceKind
from novacron.models.recommendation import Confidence
from novacron.providers.base import CloudProvider, iterate
from novacron.providers.capacity_reservations import CapacityReservations


def unused(provider: CloudProvider) -> Iterator[CapacityReservation]:
    if isinstance(provider, CapacityReservations):
        yield from (one for one in iterate(provider.list_reservations, None) if not one.used)


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    """No operation of ours ends one: it is kept for a day that we do not know of."""
    for sighting in scene.sightings(rule):
        kept = sighting.found
        if not isinstance(kept, CapacityReservation):
            continue
        yield Finding(
            record=sighting,
            title=f"No VM runs on the reserved {kept.count} x {kept.instance_type} in {kept.zone}",
            detail=f"Cancel {kept.name} in its account if it is not kept for a day to come.",
            saving=_saving(scene, sighting.account_id, kept),
            confidence=Confidence.HIGH,
            risk="The room may not be had again when it is wanted.",
            evidence=told_of(scene, rule, sighting),
        )


def _saving(scene: Scene, account_id: str, kept: CapacityReservation) -> Saving:
    kind, today = scene.accounts[account_id].type, scene.now.date()
    row = rate(kind, kept.region, PriceKind.ON_DEMAND, kept.instance_type, today)
    if row is None or not kept.as_listed:
        return Saving(None, LIST, "no price is known", ["price"])
    monthly = (row.price * kept.count * HOURS).quantize(CENT)
    formula = f"{kept.count} x {row.price} x 730 h"
    return Saving(monthly, row.currency, formula, ["commitments that cover it"])
