"""How much of each commitment was used, and what that and the rest cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from novacron.costs.answers import bucket
from novacron.costs.cube import QUANTITY
from novacron.costs.facts import Fact
from novacron.models.cost import CommitmentPoint, CommitmentUse, CostQuestion

BY = ["commitment", "commitment_status", "commitment_type", "commitment_unit"]
USED, UNUSED = "Used", "Unused"
WHOLE = frozenset({"provider", "commitment"})
"""Filters that let all of a commitment through, or nothing."""
SHARE = Decimal("0.000001")
ZERO = Decimal(0)


@dataclass
class _Sums:
    quantity: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    cost: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    units: set[str] = field(default_factory=set)

    @property
    def unit(self) -> str | None:
        """None: a part has no quantity, or parts cannot be added."""
        return min(self.units) or None if len(self.units) == 1 else None

    def told(self, *, whole: bool) -> dict[str, Any]:
        used, unused = self.quantity[USED], self.quantity[UNUSED]
        known, total = self.unit is not None, used + unused
        share = (used / total).quantize(SHARE) if known and whole and total > 0 else None
        return {
            "used": used if known else None,
            "unused": unused if known else None,
            "used_cost": self.cost[USED],
            "unused_cost": self.cost[UNUSED],
            "utilisation": share,
        }


@dataclass
class _Commitment:
    total: _Sums = field(default_factory=_Sums)
    points: defaultdict[date, _Sums] = field(default_factory=lambda: defaultdict(_Sums))
    type: str = ""


def commitments(
    question: CostQuestion, asked: Callable[[str], Iterable[Fact]]
) -> list[CommitmentUse]:
    """In the order of their ids. ``asked``: the facts of a column, by ``BY``."""
    found: defaultdict[str, _Commitment] = defaultdict(_Commitment)
    for column in (QUANTITY, question.metric.value):
        for fact in asked(column):
            name, status, kind, unit = fact.key
            if not name or status not in (USED, UNUSED):
                continue
            one = found[name]
            one.type = kind
            for sums in (one.total, one.points[bucket(question, fact.day)]):
                into = sums.quantity if column == QUANTITY else sums.cost
                into[status] += fact.amount
                sums.units.add(unit)
    whole = question.filters.keys() <= WHOLE
    return [_use(name, one, whole=whole) for name, one in sorted(found.items())]


def _use(name: str, one: _Commitment, *, whole: bool) -> CommitmentUse:
    points = [
        CommitmentPoint(start=start, **sums.told(whole=whole))
        for start, sums in sorted(one.points.items())
    ]
    told = one.total.told(whole=whole)
    return CommitmentUse(commitment=name, type=one.type, unit=one.total.unit, points=points, **told)
