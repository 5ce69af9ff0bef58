"""The commitments on an account's bill of late, and what of our VMs' use each one pays for."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from novacron.costs.advice.prices import HOURS
from novacron.costs.commitments.usage import HOUR
from novacron.costs.exact import exactly
from novacron.costs.ledger import Ledger
from novacron.errors import NotFound
from novacron.models.commitment import bill_key
from novacron.models.cost import (
    CommitmentPoint,
    CommitmentUse,
    CostMetric,
    CostQuestion,
    Days,
    Dimension,
)

DAYS = timedelta(days=7)
LATE = timedelta(days=7)
"""Older bills do not say what is held now."""
ZERO = Decimal(0)
USED = ("Used",)


class OnBill(NamedTuple):
    """Of one account. ``listed``: (region, type) -> commitment, or "" -> what our VMs' use costs at
    list price. ``scale``: each commitment that pays still -> all of it / what was used of it.
    ``idle``: those that nothing uses."""

    days: Days
    listed: dict[tuple[str, str], dict[str, Decimal]]
    scale: dict[str, Decimal]
    idle: list[str]


def on_bill(ledger: Ledger, account_id: str, today: date) -> OnBill:
    """Of the last whole days of the account's bill. Raises NotFound: there is no bill of late; what
    the ledger does."""
    days = _days(ledger, account_id, today)
    by: list[Dimension] = ["region", "instance_type", "commitment"]
    only: dict[Dimension, list[str]] = {"account": [account_id]}
    found = ledger.ask(_question(days, CostMetric.LIST, by, only))
    listed: defaultdict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for group in found.groups:
        region, name, commitment = (group.key[one] for one in by)
        listed[region, name][commitment] = group.total
    scale, idle = dict[str, Decimal](), list[str]()
    last = days.end - timedelta(days=1)
    months = Days(start=days.start.replace(day=1), end=days.end)
    used = ledger.ask(_question(months, CostMetric.EFFECTIVE, ["account", "commitment"], {}))
    own = {one.key["commitment"] for one in used.groups if one.key["account"] == account_id}
    for one in used.commitments:
        seen, points = one.points[-1].start, _points(one, days)
        share = _share(points)
        if one.commitment not in own or not points or seen < last.replace(day=1):
            continue
        if not share:
            idle.append(one.commitment)
        elif seen == last:
            scale[one.commitment] = 1 / share
    return OnBill(days, dict(listed), scale, idle)


class Worth(NamedTuple):
    """``monthly``: a commitment's ``bill_key`` -> how much cheaper than at list prices it makes 730
    hours."""

    currency: str
    monthly: dict[str, Decimal]
    through: date | None = None


def worth(ledger: Ledger, account_id: str, today: date, since: date = date.min) -> Worth:
    """Since the month began in which the bill's last seven days did: some tell on a month's first
    day what nobody used in it; or ``since`` later. Raises as ``on_bill`` does; NotFound: nothing is
    billed since then."""
    late = _days(ledger, account_id, today)
    days = Days(start=max(late.start.replace(day=1), since), end=late.end)
    if days.start >= days.end:
        raise NotFound(f"The account has no bill since {since}.")
    by: list[Dimension] = ["commitment", "commitment_status"]
    only: dict[Dimension, list[str]] = {"account": [account_id]}
    listed = ledger.ask(_question(days, CostMetric.LIST, by, only))
    effective = ledger.ask(_question(days, CostMetric.EFFECTIVE, by, only))
    found: defaultdict[str, Decimal] = defaultdict(Decimal)
    for answer, sign, statuses in ((listed, 1, USED), (effective, -1, (*USED, "Unused"))):
        for group in answer.groups:
            if group.key["commitment"] and group.key["commitment_status"] in statuses:
                found[bill_key(group.key["commitment"])] += sign * group.total
    hours = Decimal((days.end - days.start) // HOUR)
    monthly = {one: total * HOURS / hours for one, total in found.items()}
    return Worth(listed.currency, monthly, days.end - timedelta(days=1))


def _days(ledger: Ledger, account_id: str, today: date) -> Days:
    """The bill's last day may lack hours."""
    asked = _question(Days(start=today - DAYS, end=today), CostMetric.EFFECTIVE, [], {})
    reached = {one.account_id: one.through for one in ledger.ask(asked).freshness}
    through = reached.get(account_id)
    if through is None or through < today - LATE:
        raise NotFound(f"The account has no bill that reaches {today - LATE}.")
    return Days(start=through - DAYS, end=through)


def _question(
    days: Days, metric: CostMetric, by: list[Dimension], only: dict[Dimension, list[str]]
) -> CostQuestion:
    return CostQuestion(
        start=days.start, end=days.end, metric=metric, group_by=by, filters=only, estimates=False
    )


def _points(one: CommitmentUse, days: Days) -> list[CommitmentPoint]:
    """Those of ``days``, or of whole months where waste is told on their first days alone, as CUR
    2.0 does with the fee of a reservation."""
    wasted = [point.start for point in one.points if point.unused or point.unused_cost]
    if all(start.day == 1 for start in wasted):
        return one.points
    return [point for point in one.points if days.start <= point.start]


def _share(points: list[CommitmentPoint]) -> Decimal:
    """How much was used; by cost where the bill has no quantities."""
    used = unused = ZERO
    by_cost = any(point.used is None or point.unused is None for point in points)
    for point in points:
        used += point.used_cost if by_cost else point.used or ZERO
        unused += point.unused_cost if by_cost else point.unused or ZERO
    with exactly():
        return used / (used + unused) if used > 0 else ZERO
