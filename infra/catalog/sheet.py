"""Collects the price rows of one provider, drops what cannot be, and packs the archive.

A price of 0 means "not known" in every source used here, and one that is more than ``FAR`` times
above or below the median of the same thing over regions is a mistake of the source: the dearest
real region is below 2.5 times the median. Both are left out and listed in ``source.json``.
"""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from statistics import median
from typing import Any

from novacron.models.price import PriceKind, Unit

DATA = Path(__file__).parents[2] / "shared/novacron/catalog/data"
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The same input gives the same bytes."""
FAR = 4
PLACES = Decimal("1e-8")

Given = Mapping[str, float | str | Decimal | None]


class Sheet:
    """``sources``: key -> {source, licence, as_of, url}; every row names its key."""

    def __init__(self, sources: Mapping[str, Mapping[str, str]]) -> None:
        self._sources = sources
        self._regions: dict[str, dict[str, str | None]] = {}
        self._rows: dict[str, list[list[Any]]] = {}
        self._dropped: list[list[str]] = []

    def on_demand(self, name: str, prices: Given) -> None:
        """``prices``: region -> by the hour, None where it is offered at a price not known."""
        kept = self._sound(PriceKind.ON_DEMAND, name, prices)
        for region in prices:
            self._regions.setdefault(region, {})[name] = kept.get(region)

    def add(
        self,
        kind: PriceKind,
        name: str,
        unit: Unit,
        source: str,
        prices: Given,
        *,
        start: int = 0,
        term: str = "",
        payment: str = "",
    ) -> None:
        """One thing's price by region."""
        more = [start, term, payment] if term else [start] if start else []
        for region, price in self._sound(kind, f"{name} {start or ''}{term}", prices).items():
            row = [kind.value, name, unit.value, price, source, *more]
            self._rows.setdefault(region, []).append(row)

    def pack(self, provider: str, types: Mapping[str, list[Any]], origin: dict[str, Any]) -> None:
        """Write the archive: types, two members for each region, where all of it is from."""
        members: dict[str, Any] = {"types.json": dict(sorted(types.items()))}
        for region, listed in sorted(self._regions.items()):
            members[f"{region}.json"] = dict(sorted(listed.items()))
        for region, rows in sorted(self._rows.items()):
            if region not in self._regions:  # such as "eu", a price of several
                continue
            members[f"rates/{region}.json"] = sorted(rows, key=lambda row: row[:2] + row[5:])
        dropped = sorted(self._dropped)
        members["source.json"] = {**origin, "sources": self._sources, "dropped": dropped}
        _write(DATA / f"{provider}.zip", members)
        reasons = Counter(row[-1] for row in dropped)
        known = sum(one is not None for all_ in self._regions.values() for one in all_.values())
        others = Counter(row[0] for rows in self._rows.values() for row in rows)
        print(f"{provider}: {len(types)} types, {len(self._regions)} regions, {known} on demand")
        print(f"  others: {dict(others)}; dropped: {dict(reasons)}")

    def _sound(self, kind: PriceKind, name: str, prices: Given) -> dict[str, str]:
        known = {r: Decimal(str(one)) for r, one in prices.items() if one is not None}
        real = {region: one for region, one in known.items() if one > 0}
        middle = median(real.values()) if real else Decimal(0)
        kept = {r: one for r, one in real.items() if middle / FAR <= one <= middle * FAR}
        for region in known.keys() - kept.keys():
            reason = "outlier" if region in real else "zero"
            row = [kind.value, name.strip(), region, str(known[region]), reason]
            self._dropped.append(row)
        return {region: _text(one) for region, one in kept.items()}


def _text(price: Decimal) -> str:
    return f"{price.quantize(PLACES, ROUND_HALF_EVEN).normalize():f}"


def _write(target: Path, members: dict[str, Any]) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in members.items():
            text = json.dumps(content, separators=(",", ":"))
            packed.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED)
    print(f"{target.name}: {target.stat().st_size} bytes")
