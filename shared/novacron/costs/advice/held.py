"""What is held of a pool: what the rules tell of it, or else what the bill says.

A bill names no type that a commitment is for, and a spend plan has none. So each commitment's share
of a type's cost at list price is taken as its share of the type's use, and what nobody used of it
as if it were used alike.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import NamedTuple

from novacron.costs.advice.expiring import renewals
from novacron.costs.advice.on_bill import DAYS, ZERO, OnBill, on_bill
from novacron.costs.commitments.ladder import Held, endings, held_on, later
from novacron.costs.commitments.units import Prices
from novacron.costs.commitments.usage import HOUR
from novacron.costs.ledger import Ledger
from novacron.errors import NovaCronError
from novacron.models.commitment import Commitment, bill_key
from novacron.models.recommendation import Evidence

NAMED = 5
NOT_TOLD = "commitments that you hold: none is told in `held` of the rules, and "
NO_ENDS = "when {} ends: neither bill nor provider says it, `held` of the rules can"
IDLE = "what {} is for: it is on the bill, and nothing uses it"


class Known(NamedTuple):
    """``renew``: what of the ``units`` ends within a year, and when."""

    units: int
    renew: list[str]
    unknown: list[str]
    evidence: list[Evidence]


class Paid(NamedTuple):
    """``by``: commitment -> units of a pool. ``used``: mean units in use."""

    by: dict[str, Decimal]
    used: Decimal

    @property
    def units(self) -> int:
        return int(sum(self.by.values(), ZERO).to_integral_value(ROUND_HALF_UP))


def told(today: date, own: Sequence[Held]) -> Known:
    """By the rules, which are the first word: ``own`` are of one pool."""
    renew = [f"{one.units} units end on {one.end}" for one in endings(own, today, later(today, 12))]
    return Known(sum(held_on(today, own).values()), renew, [], [])


@dataclass
class BillHeld:
    """By the bill of one account, which is read when it is needed, and ``seen``, what the provider
    told of its commitments. ``first``: the hour from which on use is counted."""

    ledger: Ledger | None
    account_id: str
    first: datetime
    now: datetime
    seen: Sequence[Commitment] = ()

    def of(
        self, region: str, base: str, within: Mapping[str, Counter[int]], prices: Prices
    ) -> Known:
        """Of the pool ``base``; ``within``: type -> VMs of each hour."""
        bill, renew = self._bill, renewals(self.seen, region, base, prices, self.now)
        if isinstance(bill, str):
            return Known(0, renew, [NOT_TOLD + bill], [])
        paid = paid_units(bill, region, base, within, prices, self.first)
        if paid is None:
            return Known(0, renew, [NOT_TOLD + "the bill knows none of these VMs"], [])
        ends = {bill_key(one.id) for one in self.seen}
        endless = sorted(one for one in paid.by if bill_key(one) not in ends)
        unknown = [*map(NO_ENDS.format, endless), *map(IDLE.format, bill.idle)]
        return Known(paid.units, renew, unknown, [_evidence(paid)] if paid.by else [])

    @cached_property
    def _bill(self) -> OnBill | str:
        """Or why there is none."""
        if self.ledger is None:
            return "no bill is kept"
        try:
            return on_bill(self.ledger, self.account_id, self.now.date())
        except NovaCronError as error:
            return f"the bill does not say: {error.detail}"


def paid_units(
    bill: OnBill,
    region: str,
    base: str,
    within: Mapping[str, Counter[int]],
    prices: Prices,
    first: datetime,
) -> Paid | None:
    """None: the bill knows none of the pool's VMs."""
    start = datetime.combine(bill.days.start, time(), UTC)
    span = range(max(0, (start - first) // HOUR), (start + DAYS - first) // HOUR)
    by: defaultdict[str, Decimal] = defaultdict(Decimal)
    used, known = ZERO, False
    for name, by_hour in within.items():
        unit, listed = prices.unit(name), bill.listed.get((region, name), {})
        total = sum(listed.values(), ZERO)
        if unit is None or unit.base != base or total <= 0 or not span:
            continue
        known = True
        mean = Decimal(unit.units * sum(by_hour[hour] for hour in span)) / len(span)
        used += mean
        for commitment in listed.keys() & bill.scale.keys():
            by[commitment] += mean * listed[commitment] / total * bill.scale[commitment]
    return Paid(dict(by), used) if known else None


def _evidence(paid: Paid) -> Evidence:
    """Which commitments were seen, the largest first."""
    names = sorted(paid.by, key=lambda name: (-paid.by[name], name))
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return Evidence(
        signal=f"units held by the bill ({', '.join(names[:NAMED])}{more}), and units in use",
        window_hours=DAYS // HOUR,
        observed=paid.units,
        threshold=round(paid.used, 2),
        unit="units",
    )
