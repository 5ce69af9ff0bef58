"""How much of what commitments cover ran in each hour, from the state history."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from novacron.costs.commitments.units import Prices
from novacron.costs.metering.spans import spans
from novacron.models.history import Change
from novacron.models.operation import ResourceKind
from novacron.store.history import History

HOUR = timedelta(hours=1)
MOST = 1800
"""Seconds of an hour from which on it counts as used."""

Hours = dict[tuple[str, str], Counter[int]]
"""(region, type) -> hour, counted from the first -> VMs."""


def running(
    history: History, tenant: str, account: str, first: datetime, hours: int, skipped: set[str]
) -> Hours:
    """On-demand VMs of the account that billed for half of an hour or more, for each of ``hours``
    from ``first``, a full hour. ``skipped``: resources that are not to be asked for. VMs that are
    gone count in the hours that they were there; before its history begins a VM was not there."""
    end = first + hours * HOUR
    found: Hours = defaultdict(Counter)
    for resource in sorted(history.account(tenant, account, first, end) - skipped):
        changes = history.of(tenant, resource, first, end)
        for change, hour in _billed(changes, first, end):
            found[change.region, change.instance_type or ""][hour] += 1
    return found


def _billed(changes: list[Change], first: datetime, end: datetime) -> Iterable[tuple[Change, int]]:
    for span in spans(changes, first, end):
        told = span.change
        bills = told.kind is ResourceKind.VM and told.bills_compute and not told.spot
        if bills and span.seconds >= MOST:
            yield told, (span.hour - first) // HOUR


def pooled(
    seen: Mapping[str, Counter[int]], prices: Prices, hours: int
) -> tuple[dict[str, list[int]], set[str]]:
    """Type -> hours of one region into (base type -> units of each hour, types without a price to
    commit to)."""
    pools: dict[str, list[int]] = {}
    unpriced: set[str] = set()
    for name, by_hour in seen.items():
        unit = prices.unit(name)
        if unit is None:
            unpriced.add(name)
            continue
        usage = pools.setdefault(unit.base, [0] * hours)
        for hour, count in by_hour.items():
            usage[hour] += count * unit.units
    return pools, unpriced
