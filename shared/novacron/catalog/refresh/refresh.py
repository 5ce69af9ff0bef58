"""A new snapshot from what a price API tells, whole or not at all.

What the API prices replaces what was known of that kind in that region; kinds and regions that it
says nothing of keep their rows, with the source and date that they had. On-demand prices are the
API's alone: a region that it left out keeps its types, without prices.
"""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, NamedTuple

from novacron.catalog.snapshot import RATES, Snapshot
from novacron.errors import ProviderUnavailable
from novacron.models.base import Model
from novacron.models.price import PriceKind, Unit

API = "api"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The same prices of a day give the same bytes."""
LEAST = Decimal("0.5")
"""Fewer on-demand prices than this share of what was known is an answer that was cut short."""
MOST_REPORTED = 50


class Priced(NamedTuple):
    """One price that an API told, in USD."""

    kind: PriceKind
    region: str
    name: str
    unit: Unit
    price: Decimal
    start: int = 0
    term: str = ""
    payment: str = ""


def egress(region: str, tiers: Iterable[tuple[int, Decimal]]) -> Iterator[Priced]:
    """To the internet, by where a tier begins. What is free is an account's allowance, so that the
    first paid tier begins at 0."""
    paid = sorted(tier for tier in tiers if tier[1] > 0)
    for nth, (start, price) in enumerate(paid):
        yield Priced(PriceKind.EGRESS, region, "internet", Unit.GIB, price, start if nth else 0)


class Refreshed(Model):
    """``unknown``: types with a price whose size is not known, which are left out, and of Google
    those that nothing prices (the first ``MOST_REPORTED``); ``zero``: rows with a price of 0, which
    are left out too; ``unpriced``: types, by region, that are offered at no known price."""

    provider: str
    changed: bool
    on_demand: int
    others: int
    zero: int
    unpriced: int
    unknown: list[str]


class Drawn(NamedTuple):
    archive: bytes
    on_demand: int
    others: int
    zero: int
    unpriced: int
    unknown: list[str]


def draw(base: Snapshot, told: Iterable[Priced], source: dict[str, str], today: date) -> Drawn:
    """The archive that takes ``base``'s place; of two prices of one thing the later counts.

    Raises ProviderUnavailable: the answer is too small to be whole. What raises while ``told`` is
    read leaves nothing behind.
    """
    types = base.member("types.json")
    hourly: dict[str, dict[str, str]] = {}
    keyed: dict[str, dict[tuple[Any, ...], list[Any]]] = {}
    unknown: Counter[str] = Counter()
    zero = 0
    for one in told:
        if one.price <= 0:
            zero += 1
        elif one.unit is Unit.HOUR and one.kind is not PriceKind.ADDRESS and one.name not in types:
            unknown[one.name] += 1
        elif one.kind is PriceKind.ON_DEMAND:
            hourly.setdefault(one.region, {})[one.name] = str(one.price)
        else:
            key = (one.kind, one.name, one.start, one.term, one.payment)
            keyed.setdefault(one.region, {})[key] = _row(one)
    count = sum(map(len, hourly.values()))
    if count < LEAST * _known(base):
        raise ProviderUnavailable(f"The price API told {count} on-demand prices: it was cut short.")
    rows = {region: list(found.values()) for region, found in keyed.items()}
    members = _members(base, hourly, rows)
    origin = base.origin | source | {"as_of": today.isoformat(), "dropped": []}
    api = source | {"as_of": today.isoformat()}
    members["source.json"] = origin | {"sources": base.origin["sources"] | {API: api}}
    others = sum(map(len, rows.values()))
    offered = sum(len(members[f"{region}.json"]) for region in {*base.regions(), *hourly})
    named = sorted(unknown)[:MOST_REPORTED]
    return Drawn(packed(members), count, others, zero, offered - count, named)


def _members(
    base: Snapshot, hourly: dict[str, dict[str, str]], rows: dict[str, list[list[Any]]]
) -> dict[str, Any]:
    members: dict[str, Any] = {"types.json": base.member("types.json")}
    for region in sorted({*base.regions(), *hourly}):
        offered = dict.fromkeys(base.member(f"{region}.json"), None)
        members[f"{region}.json"] = dict(sorted((offered | hourly.get(region, {})).items()))
        new = rows.get(region, [])
        kept = _kept(base, region, new)
        if new or kept:
            members[f"{RATES}{region}.json"] = sorted([*kept, *new], key=_order)
    return members


def _kept(base: Snapshot, region: str, new: list[list[Any]]) -> list[list[Any]]:
    """Rows of the kinds, and of storage the types, that nothing new is told of."""
    told = {row[0] if row[0] != PriceKind.STORAGE else (row[0], row[1]) for row in new}
    old = base.member(f"{RATES}{region}.json") or []
    return [row for row in old if row[0] not in told and (row[0], row[1]) not in told]


def _known(base: Snapshot) -> int:
    members = (base.member(f"{region}.json") for region in base.regions())
    return sum(price is not None for member in members for price in member.values())


def _row(one: Priced) -> list[Any]:
    more = [one.start, one.term, one.payment] if one.term else [one.start] if one.start else []
    return [one.kind.value, one.name, one.unit.value, str(one.price), API, *more]


def _order(row: list[Any]) -> tuple[Any, ...]:
    return (row[0], row[1], *row[5:6], *row[6:])


def packed(members: dict[str, Any]) -> bytes:
    """A snapshot's archive."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            text = json.dumps(content, separators=(",", ":"))
            archive.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED)
    return target.getvalue()
