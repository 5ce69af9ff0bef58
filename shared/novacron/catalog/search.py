"""The cheapest types with at least so much, over providers and regions.

Each region's types are put in order of price once a process; a question then walks down to the
first that fit, and the regions' answers are merged.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from novacron.catalog.catalog import InstanceType, sizes
from novacron.catalog.rates import conditions, rate, rates
from novacron.catalog.snapshot import RATES, Snapshot, current
from novacron.errors import InvalidSpec
from novacron.models.account import ProviderType
from novacron.models.price import Offer, Offers, PriceKind, PriceQuery, PriceRow

MIB = 1024
HOURLY = frozenset({PriceKind.ON_DEMAND, PriceKind.SPOT, PriceKind.COMMITMENT})
LISTED = (ProviderType.AWS, ProviderType.AZURE, ProviderType.GCP)


class Found(NamedTuple):
    """In the order of the answer: by price, then by name and place."""

    price: Decimal
    name: str
    provider: ProviderType
    region: str
    type: InstanceType


class Ranked(NamedTuple):
    priced: tuple[tuple[Decimal, InstanceType], ...]
    unpriced: tuple[InstanceType, ...]


def search(query: PriceQuery, today: date) -> Offers:
    """Raises InvalidSpec: ``kind`` is not one of types, or a region that nothing is known of."""
    if query.kind not in HOURLY:
        raise InvalidSpec(f"{query.kind.value} is no price of a type.", field="kind")
    places = _places(query)
    walks = [_walk(query, provider, region) for provider, region in places]
    items = [_offer(query, one, today) for one in islice(heapq.merge(*walks), query.limit)]
    return Offers(items=items, unpriced=sum(_unpriced(query, *place) for place in places))


def cheapest(query: PriceQuery) -> Found | None:
    """The first of ``search``, without its row."""
    walks = (_walk(query, provider, region) for provider, region in _places(query))
    return min((one for walk in walks for one in islice(walk, 1)), default=None)


def _places(query: PriceQuery) -> list[tuple[ProviderType, str]]:
    providers = query.providers or LISTED
    known = {one: snapshot.regions() for one in providers if (snapshot := current(one))}
    places = [
        (provider, region)
        for provider, regions in known.items()
        for region in (query.regions or regions)
        if region in regions
    ]
    if not places:
        raise InvalidSpec("No prices are known in these regions.", field="regions")
    return places


def _walk(query: PriceQuery, provider: ProviderType, region: str) -> Iterator[Found]:
    for price, one in _ranked(provider, region, query).priced:
        if _fits(one, query):
            yield Found(price, one.name, provider, region, one)


def _unpriced(query: PriceQuery, provider: ProviderType, region: str) -> int:
    return sum(_fits(one, query) for one in _ranked(provider, region, query).unpriced)


def _fits(one: InstanceType, query: PriceQuery) -> bool:
    if one.vcpus < query.vcpus or one.memory_mib < query.memory_gib * MIB:
        return False
    enough = one.gpus >= query.gpus > 0 if query.gpus else one.gpus == 0
    runs = query.architecture is None or query.architecture.value in one.architectures
    return enough and runs


def _ranked(provider: ProviderType, region: str, query: PriceQuery) -> Ranked:
    snapshot = current(provider)
    return _rank(snapshot, region, query.kind, query.term) if snapshot else Ranked((), ())


@lru_cache(maxsize=1024)
def _rank(snapshot: Snapshot, region: str, kind: PriceKind, term: str) -> Ranked:
    """Current types that are no bare metal, cheapest first."""
    types, listed = sizes(snapshot), snapshot.member(f"{region}.json")
    prices = listed if kind is PriceKind.ON_DEMAND else _others(snapshot, region, kind, term)
    usable = [o for name in listed if (o := types[name]).current and not o.bare_metal]
    priced = [(Decimal(price), one) for one in usable if (price := prices.get(one.name))]
    priced.sort(key=lambda pair: (pair[0], pair[1].name))
    return Ranked(tuple(priced), tuple(one for one in usable if not prices.get(one.name)))


def _others(snapshot: Snapshot, region: str, kind: PriceKind, term: str) -> dict[str, str]:
    """Type -> the cheapest of its rows of that kind."""
    rows = snapshot.member(f"{RATES}{region}.json") or ()
    wanted = [
        row for row in rows if row[0] == kind.value and (not term or conditions(row)[1] == term)
    ]
    dearest_first = sorted(wanted, key=lambda row: Decimal(row[3]), reverse=True)
    return {row[1]: row[3] for row in dearest_first}


def _offer(query: PriceQuery, found: Found, today: date) -> Offer:
    one = found.type
    return Offer(
        instance_type=one.name,
        vcpus=one.vcpus,
        memory_mib=one.memory_mib,
        architectures=list(one.architectures),
        gpus=one.gpus,
        price=_price(query, found, today),
    )


def _price(query: PriceQuery, found: Found, today: date) -> PriceRow:
    if query.kind is PriceKind.ON_DEMAND:
        row = rate(found.provider, found.region, query.kind, found.name, today)
    else:
        rows = rates(found.provider, found.region, query.kind, today, found.name)
        row = next((one for one in rows if one.price == found.price), None)
    if row is None:
        raise KeyError(found.name)
    return row
