"""Which aggregates answer a question, and what they say: amounts of days, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from novacron.costs.cube import (
    COLUMNS,
    COMMITMENT,
    LEAF,
    OF_COMMITMENTS,
    RESOURCE,
    TAG,
    dimensions,
    place,
)
from novacron.costs.pages import unpack
from novacron.errors import InvalidSpec
from novacron.models.cost import Days
from novacron.models.cost_import import Partition
from novacron.store.costs import CostStore

Filters = Mapping[str, list[str]]
Through = Mapping[tuple[str, date], date | None]
"""(account, month) -> the last day that its bill reaches."""


class Fact(NamedTuple):
    """``key`` has the values of the dimensions that were asked for, in their order."""

    key: tuple[str, ...]
    day: date
    amount: Decimal
    estimated: bool


def facts(
    store: CostStore,
    partitions: Sequence[Partition],
    days: Days,
    column: str,
    filters: Filters,
    by: Sequence[str],
    billed: Through | None = None,
) -> Iterator[Fact]:
    """Every amount of ``days`` that the filters let through. ``column``: a metric, or the quantity
    of commitments where one of their dimensions is asked for. ``billed``: by the bills that are
    there, if these are not all among ``partitions``.

    Raises InvalidSpec: costs are not kept by a tag or by commitment, or not by both; NotReady: a
    partition was replaced meanwhile.
    """
    asked = {*by, *filters}
    billed = billed_through(partitions) if billed is None else billed
    chosen = [one for one in partitions if touches(one, days) and let_through(one, filters)]
    wanted = [(one, view, n) for one in chosen for view, n in _pages(one, asked, filters)]
    view = _view(asked)
    at = COLUMNS.index(column)
    for partition, page in store.pages(wanted):
        names = ["provider", "account", *dimensions(view, partition.tags)]
        own = (partition.provider.value, partition.account_id)
        counts = counted(partition, days, billed)
        take = [names.index(name) for name in by]
        tests = [(names.index(name), set(values)) for name, values in filters.items()]
        for cell in unpack(page, at):
            values = (*own, *cell.values)
            if all(values[index] in allowed for index, allowed in tests):
                key = tuple(values[index] for index in take)
                for day, amount in zip(cell.days, cell.amounts, strict=True):
                    if counts(day):
                        yield Fact(key, day, amount, partition.estimated)


def _view(asked: Set[str]) -> str:
    """The coarsest that has all dimensions. Raises InvalidSpec: none has."""
    tags = [name for name in asked if name.startswith(TAG)]
    committed = sorted(name for name in asked if name in OF_COMMITMENTS)
    if committed and (tags or "resource" in asked):
        raise InvalidSpec(
            f"Costs are not kept by {committed[0]} and {[*sorted(tags), 'resource'][0]} together.",
            field=committed[0],
            remedy="Ask for one of them, or POST /costs:sql for both.",
        )
    if committed:
        return COMMITMENT
    if "resource" in asked or len(tags) > 1:
        return RESOURCE
    return tags[0] if tags else LEAF


def _pages(partition: Partition, asked: Set[str], filters: Filters) -> Iterator[tuple[str, int]]:
    view = _view(asked)
    lacking = [
        name for name in asked if name.startswith(TAG) and name[len(TAG) :] not in partition.tags
    ]
    if lacking:
        raise InvalidSpec(
            f"Costs of {partition.period:%Y-%m} are not kept by {lacking[0]}.",
            field=lacking[0],
            remedy="List the tag in PUT /costs/settings and import the month again.",
        )
    if view == COMMITMENT and view not in partition.pages:
        raise InvalidSpec(
            f"Costs of {partition.period:%Y-%m} were imported before they were kept by commitment.",
            field=min(asked & set(OF_COMMITMENTS)),
            remedy="This month and the last are imported anew by themselves within six hours; "
            "POST /costs:sql knows the commitments of older ones.",
        )
    count = partition.pages.get(view, 0)
    named = filters.get("resource", [""])
    if count and all(named):
        return ((view, n) for n in sorted({place(one, ()) % count for one in named}))
    return ((view, n) for n in range(count))


def billed_through(partitions: Sequence[Partition]) -> Through:
    return {(one.account_id, one.period): one.through for one in partitions if not one.estimated}


def touches(partition: Partition, days: Days) -> bool:
    if partition.first is None or partition.last is None:
        return False
    return partition.first < days.end and partition.last >= days.start


def let_through(partition: Partition, filters: Filters) -> bool:
    own = {"provider": partition.provider.value, "account": partition.account_id}
    return all(value in filters.get(name, [value]) for name, value in own.items())


def counted(partition: Partition, days: Days, billed: Through) -> Callable[[date], bool]:
    """Estimates count for the days that the bill does not reach."""
    start = days.start
    through = billed.get((partition.account_id, partition.period))
    after = through if partition.estimated else None

    def counts(day: date) -> bool:
        return start <= day < days.end and (after is None or day > after)

    return counts
