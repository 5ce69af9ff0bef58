"""Prices of everything: disks, snapshots, addresses, egress, spot, commitments, and on demand.

A price that is not known has no row. One that is older than the limit of its kind is shown as
stale, not hidden: the caller decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from novacron.catalog.snapshot import RATES, Snapshot, current
from novacron.models.account import ProviderType
from novacron.models.price import PriceKind, PriceRow, Unit

CURRENCY = "USD"
USUAL = timedelta(days=90)
LIMITS: Mapping[PriceKind, timedelta] = {PriceKind.SPOT: timedelta(days=7)}
"""How old a price may be before it is stale. List prices change a few times a year; spot prices
by the hour on AWS (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances.html),
at most once in 30 days on Google (https://cloud.google.com/compute/docs/instances/spot#pricing).
"""


def rates(
    provider: ProviderType, region: str, kind: PriceKind, today: date, name: str | None = None
) -> list[PriceRow]:
    """Rows of that kind, by name, start and term; empty when nothing is known."""
    snapshot = current(provider)
    if snapshot is None:
        return []
    if kind is PriceKind.ON_DEMAND:
        return _on_demand(snapshot, provider, region, name, today)
    return [
        _row(snapshot, provider, region, row, today)
        for row in snapshot.member(f"{RATES}{region}.json") or ()
        if row[0] == kind.value and name in (None, row[1])
    ]


def rate(
    provider: ProviderType, region: str, kind: PriceKind, name: str, today: date
) -> PriceRow | None:
    """The first tier of one thing; None: not known, which is never free."""
    return next(iter(rates(provider, region, kind, today, name)), None)


def tiered(rows: list[PriceRow], amount: Decimal) -> Decimal:
    """What ``amount`` costs over the tiers of ``rows``, which begin at 0 and are in order."""
    total, ends = Decimal(0), [Decimal(row.start) for row in rows[1:]]
    for row, end in zip(rows, [*ends, amount], strict=True):
        within = max(Decimal(0), min(amount, end) - row.start)
        total += within * row.price
    return total


def _on_demand(
    snapshot: Snapshot, provider: ProviderType, region: str, name: str | None, today: date
) -> list[PriceRow]:
    listed = snapshot.member(f"{region}.json")
    named = listed if name is None else {name: listed.get(name)}
    kind, unit = PriceKind.ON_DEMAND.value, Unit.HOUR.value
    return [
        _row(snapshot, provider, region, [kind, one, unit, price, None], today)
        for one, price in named.items()
        if price
    ]


def conditions(row: list[Any]) -> tuple[int, str, str]:
    """Start, term and payment, of which a row ends with the last that says anything."""
    start, term, payment = row[5:] + [0, "", ""][len(row) - 5 :]
    return start, term, payment


def _row(
    snapshot: Snapshot, provider: ProviderType, region: str, row: list[Any], today: date
) -> PriceRow:
    kind, name, unit, price, source = row[:5]
    start, term, payment = conditions(row)
    origin = snapshot.origin if source is None else snapshot.origin["sources"][source]
    kind, as_of = PriceKind(kind), date.fromisoformat(origin["as_of"])
    return PriceRow(
        provider=provider,
        region=region,
        kind=kind,
        name=name,
        unit=Unit(unit),
        price=Decimal(price),
        currency=CURRENCY,
        start=start,
        term=term,
        payment=payment,
        source=origin["source"],
        licence=origin["licence"],
        as_of=as_of,
        stale=today - as_of > LIMITS.get(kind, USUAL),
    )
