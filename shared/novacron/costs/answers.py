"""From amounts to an answer: groups, points of time, the top ones, a comparison."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from novacron.costs.facts import Fact
from novacron.models.cost import (
    Comparison,
    CostAnswer,
    CostGroup,
    CostPoint,
    CostQuestion,
    Days,
    Granularity,
)

OTHER = "other"
Key = tuple[str, ...]


@dataclass
class Sums:
    """Of one group."""

    total: Decimal = Decimal(0)
    compared: Decimal = Decimal(0)
    amounts: defaultdict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    estimated: defaultdict[date, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def count(self, question: CostQuestion, fact: Fact) -> None:
        start = bucket(question, fact.day)
        self.total += fact.amount
        self.amounts[start] += fact.amount
        if fact.estimated:
            self.estimated[start] += fact.amount

    def add(self, other: Sums) -> None:
        self.total += other.total
        self.compared += other.compared
        for own, theirs in (
            (self.amounts, other.amounts),
            (self.estimated, other.estimated),
        ):
            for start, amount in theirs.items():
                own[start] += amount


def compared_days(question: CostQuestion) -> list[Days]:
    """The days that the question compares with, if it does."""
    if question.compare is Comparison.PREVIOUS:
        return [Days(start=question.start - (question.end - question.start), end=question.start)]
    if question.compare is Comparison.YEAR:
        return [Days(start=_year_before(question.start), end=_year_before(question.end))]
    return []


def answer(
    question: CostQuestion,
    currency: str,
    now: Iterable[Fact],
    before: Iterable[Fact] | None = None,
    rest: Iterable[Fact] = (),
) -> CostAnswer:
    """``rest``: of groups that are not among the top ones, as is known before."""
    groups: defaultdict[Key, Sums] = defaultdict(Sums)
    for fact in now:
        groups[fact.key].count(question, fact)
    for fact in before or ():
        groups[fact.key].compared += fact.amount
    others = Sums()
    for fact in rest:
        others.count(question, fact)
    listed = sorted(groups.items(), key=lambda one: (-one[1].total, one[0]))
    ordered = _top(question, listed, others)
    return CostAnswer(
        currency=currency,
        total=sum((sums.total for _, sums in ordered), Decimal(0)),
        estimated=sum(
            (amount for _, sums in ordered for amount in sums.estimated.values()), Decimal(0)
        ),
        groups=[_group(question, key, sums) for key, sums in ordered],
    )


def bucket(question: CostQuestion, day: date) -> date:
    """The first day, within the question's, of the point that ``day`` belongs to."""
    if question.granularity is Granularity.DAY:
        return day
    if question.granularity is Granularity.WEEK:
        return max(day - timedelta(days=day.weekday()), question.start)
    if question.granularity is Granularity.MONTH:
        return max(day.replace(day=1), question.start)
    return question.start


def _top(
    question: CostQuestion, ordered: list[tuple[Key, Sums]], rest: Sums
) -> list[tuple[Key, Sums]]:
    if question.top is None or (len(ordered) <= question.top and not rest.amounts):
        return ordered
    for _, sums in ordered[question.top :]:
        rest.add(sums)
    return [*ordered[: question.top], ((OTHER,) * len(question.group_by), rest)]


def _group(question: CostQuestion, key: Key, sums: Sums) -> CostGroup:
    compares = question.compare is not None
    return CostGroup(
        key=dict(zip(question.group_by, key, strict=True)),
        total=sums.total,
        points=[
            CostPoint(start=start, amount=amount, estimated=sums.estimated.get(start, Decimal(0)))
            for start, amount in sorted(sums.amounts.items())
        ],
        compared=sums.compared if compares else None,
        change=sums.total - sums.compared if compares else None,
    )


def _year_before(day: date) -> date:
    """29 February has the 28th before it."""
    if (day.month, day.day) == (2, 29):
        return day.replace(year=day.year - 1, day=28)
    return day.replace(year=day.year - 1)
