"""The SKUs that would give the prices of a snapshot of Google's: types are taken apart again.

Each price is an equation: of n2-standard-8, 8 cores and 32 GiB. As few types as there are parts
are solved for them, the largest first, as theirs are the least rounded; what all others then cost
is a question that has a wrong answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from novacron.catalog.rates import conditions
from novacron.catalog.refresh.gcp_skus import MARKETS, ON_DEMAND, SPOT, Market
from novacron.catalog.refresh.gcp_types import Parts, parts
from novacron.catalog.snapshot import RATES, Snapshot
from novacron.models.price import PriceKind
from tests.billing_catalog import sku

NAMES = {
    "c2": "Compute optimized",
    "m1": "Memory-optimized Instance",
    "m2 premium": "Memory Optimized Upgrade Premium for Memory-optimized Instance",
    "m3": "M3 Memory-optimized Instance",
    "m4ultramem224": "M4Ultramem224 Instance",
    "n1": "N1 Predefined Instance",
} | {one: f"{one.upper()} AMD Instance" for one in ("n2d", "c2d", "t2d")}
NAMES |= {one: f"{one.upper()} Arm Instance" for one in ("c4a", "t2a")}
"""As https://github.com/Cyclenerd/google-cloud-pricing-cost-calculator has them in mapping.csv."""
WHOLE = {"f1-micro": "Micro Instance with burstable CPU", "g1-small": "Small Instance with 1 VCPU"}
GPUS = {
    "a100": "Nvidia Tesla A100 GPU",
    "a100 80gb": "Nvidia Tesla A100 80GB GPU",
    "h100 80gb": "Nvidia H100 80GB GPU",
    "h100 80gb mega": "Nvidia H100 80GB Mega GPU",
    "l4": "Nvidia L4 GPU",
    "rtx 6000 96gb": "RTX 6000 96GB",
}
USAGES = ("OnDemand", "Preemptible", "Commit1Yr", "Commit3Yr")
SPLIT = Fraction(1, 1000)
"""USD for a part that no two types tell apart from another, as of C2, whose types are all alike."""
HOURS = 730


def described(part: str, market: Market, place: str = "Iowa") -> str:
    """The description of the SKU, as Google words it."""
    series, _, kind = part.rpartition(" ")
    used = part in WHOLE or part in GPUS or kind == "ssd"
    name = _other(part, market) if used else f"{_series(series, market)} {kind.title()}".strip()
    if market[0] is PriceKind.COMMITMENT:
        version = "" if series == "c2" else " v1"
        name = name if used or series == "c2" else name.replace("Core", "Cpu")
        where = "running in" if series == "c2" or part in GPUS else "in"
        return f"Commitment{version}: {name} {where} {place} for {market[1][0]} Year"
    where = "in" if part == "local ssd" else "running in"
    if market == SPOT and (part in GPUS or part == "local ssd"):
        return f"{name} attached to Spot Preemptible VMs {where} {place}"
    return f"{'Spot Preemptible ' if market == SPOT else ''}{name} {where} {place}"


def _series(series: str, market: Market) -> str:
    name = NAMES.get(series, f"{series.upper()} Instance")
    if market[0] is not PriceKind.COMMITMENT:
        return name
    return name.removesuffix(" Instance").replace("N1 Predefined", "")


def _other(part: str, market: Market) -> str:
    if part == "local ssd":
        return "Local SSD" if market[0] is PriceKind.COMMITMENT else "SSD backed Local Storage"
    if part.endswith("ssd"):
        instance = "" if market[0] is PriceKind.COMMITMENT else " Instance"
        return f"{part.split()[0].upper()}{instance} Local SSD"
    return WHOLE.get(part) or GPUS[part]


def shipped_prices(snapshot: Snapshot, region: str, market: Market) -> dict[str, str]:
    """Type -> its price, of those that are the sum of all their parts."""
    kind, term = market
    if market == ON_DEMAND:
        found = {name: one for name, one in snapshot.member(f"{region}.json").items() if one}
    else:
        rows = snapshot.member(f"{RATES}{region}.json")
        found = {row[1]: row[3] for row in rows if (row[0], conditions(row)[1]) == (kind, term)}
    # Commitments that the source made of a discount for whole months, as Google sells none.
    discounted = ("f1", "g1", "m2") if term else ()
    return {name: one for name, one in found.items() if not name.startswith(discounted)}


def derived(prices: Mapping[str, str], types: Mapping[str, list[Any]]) -> dict[str, Fraction]:
    """Part -> its price by the hour."""
    solved: dict[str, tuple[dict[str, Fraction], Fraction]] = {}
    by_size = sorted(prices, key=lambda name: ("lssd" in name, *(-n for n in types[name][:2])))
    for name in by_size:
        row, total = _reduced(solved, parts(name, types[name]) or {}, Fraction(prices[name]))
        if not row:
            continue
        first = max(row, key=lambda part: (part in GPUS, abs(row[part])))
        scale = row.pop(first)
        new = {part: count / scale for part, count in row.items()}, total / scale
        solved = {part: _without(old, first, new) for part, old in solved.items()}
        solved[first] = new
    return {part: total - sum(row.values()) * SPLIT for part, (row, total) in solved.items()} | {
        part: SPLIT for row, _ in solved.values() for part in row
    }


Equation = tuple[dict[str, Fraction], Fraction]


def _reduced(solved: Mapping[str, Equation], given: Parts, price: Fraction) -> Equation:
    found: Equation = {part: Fraction(count) for part, count in given.items()}, price
    for part in given.keys() & solved.keys():
        found = _without(found, part, solved[part])
    return found


def _without(equation: Equation, part: str, known: Equation) -> Equation:
    """``equation`` with ``part`` replaced by what is known of it."""
    row, total = equation
    if part not in row:
        return equation
    count = row[part]
    left = {one: n for one, n in row.items() if one != part}
    for one, n in known[0].items():
        left[one] = left.get(one, Fraction(0)) - count * n
    return {one: n for one, n in left.items() if n}, total - count * known[1]


def skus_of(snapshot: Snapshot, region: str) -> list[dict[str, Any]]:
    types = snapshot.member("types.json")
    return [
        _sku(part, market, usage, price, region)
        for market, usage in zip(MARKETS, USAGES, strict=True)
        for part, price in derived(shipped_prices(snapshot, region, market), types).items()
    ]


def _sku(part: str, market: Market, usage: str, price: Fraction, region: str) -> dict[str, Any]:
    assert price > 0, (part, market, region)
    unit = {"ram": "GiBy.h", "ssd": "GiBy.mo"}.get(part.rpartition(" ")[2], "h")
    monthly = price * HOURS if unit == "GiBy.mo" else price
    nanos = f"{round(monthly * 10**9) / 10**9:.9f}"
    return sku(described(part, market), nanos, region, unit=unit, usage=usage)
