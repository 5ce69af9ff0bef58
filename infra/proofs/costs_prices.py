"""Every shipped price is above zero and names its source; the cheapest type is found at once."""

from __future__ import annotations

import time
from decimal import Decimal

from infra.proofs.__main__ import NotProven
from novacron.catalog.search import LISTED, cheapest
from novacron.catalog.snapshot import Snapshot, shipped
from novacron.models.price import PriceQuery

MOST_MS = 2000
"""Over every region of three clouds, the first time a process asks."""


def prove() -> str:
    counts = {provider.value: _checked(shipped(provider)) for provider in LISTED}
    begun = time.perf_counter()
    found = cheapest(PriceQuery(vcpus=4, memory_gib=Decimal(16)))
    took = (time.perf_counter() - begun) * 1000
    if found is None or took > MOST_MS:
        raise NotProven(f"the cheapest of all regions took {took:.0f} ms: {found}")
    told = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    return (
        f"{sum(counts.values()):,} prices ({told}), none of them 0, each with a source; 4 vCPU and "
        f"16 GiB are cheapest as {found.name} in {found.region}, found in {took:.0f} ms"
    )


def _checked(snapshot: Snapshot | None) -> int:
    if snapshot is None:
        raise NotProven("a snapshot is missing")
    count = 0
    for region in snapshot.regions():
        prices = [p for p in snapshot.member(f"{region}.json").values() if p is not None]
        rows = snapshot.member(f"rates/{region}.json") or []
        if not all(row[4] in snapshot.origin["sources"] for row in rows):
            raise NotProven(f"a price of {region} names no source")
        if not all(Decimal(price) > 0 for price in [*prices, *(row[3] for row in rows)]):
            raise NotProven(f"a price of {region} is 0")
        count += len(prices) + len(rows)
    return count
