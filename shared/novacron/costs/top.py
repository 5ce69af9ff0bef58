"""The top resources of some months from what each import listed, where that decides them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from novacron.costs.cube import METRICS, TOP, TOP_LISTED
from novacron.costs.facts import Fact, billed_through, counted, facts, let_through, touches
from novacron.costs.pages import CostPage, unpack
from novacron.models.cost import CostQuestion, Days, Granularity
from novacron.models.cost_import import Partition
from novacron.store.costs import CostStore

ZERO = Decimal(0)
By = dict[str, list[Fact]]


class Listed(NamedTuple):
    """Facts of resources. None that is not among them has more than ``most``."""

    by: By
    most: Decimal = ZERO
    complete: bool = True


class TopFacts(NamedTuple):
    """``rest``: what is of other resources, in sum; empty where there is no other."""

    facts: list[Fact]
    rest: list[Fact]


class TopResources:
    """Of the ``partitions`` that a question is asked of."""

    def __init__(
        self, store: CostStore, partitions: Sequence[Partition], question: CostQuestion
    ) -> None:
        self._store, self._question = store, question
        self._billed = billed_through(partitions)
        self._days = Days(start=question.start, end=question.end)
        self._partitions = [
            one
            for one in partitions
            if touches(one, self._days) and let_through(one, question.filters)
        ]

    def facts(self) -> TopFacts | None:
        """None where lists cannot answer: the whole view of resources can. Raises NotReady."""
        top, whole = self._question.top, [one for one in self._partitions if self._counts(one)]
        if top is None or not _listable(self._question) or any(TOP not in p.pages for p in whole):
            return None
        lists = [
            _listed(partition, page, METRICS.index(self._question.metric))
            for partition, page in self._store.pages([(one, TOP, 0) for one in whole])
        ]
        cut = [one for one in self._partitions if one not in whole]
        lists.append(Listed(_by(self._asked(cut, ["resource"]))))
        if all(one.complete for one in lists):
            return TopFacts(
                [fact for one in lists for told in one.by.values() for fact in told], []
            )
        found = self._decided(lists, top)
        if found is None:
            return None
        rest = [*self._asked(self._partitions, []), *(_less(fact) for fact in found)]
        return TopFacts(found, rest)

    def _counts(self, partition: Partition) -> bool:
        counts = counted(partition, self._days, self._billed)
        return all(day is not None and counts(day) for day in (partition.first, partition.last))

    def _decided(self, lists: Sequence[Listed], top: int) -> list[Fact] | None:
        """The facts of enough resources, if no other one can be among the ``top``."""
        most = {name: _most(lists, name) for one in lists for name in one.by if name}
        ordered = sorted(most, key=lambda name: (-most[name], name))
        chosen, others = ["", *ordered[: 2 * top]], ordered[2 * top :]
        unsure = [name for name in chosen if any(_lacks(one, name) for one in lists) and name]
        told = self._asked(self._partitions, ["resource"], unsure) if unsure else []
        found = {
            name: [fact for one in lists for fact in one.by.get(name, [])] for name in chosen
        } | {name: [] for name in unsure}
        for fact in told:
            found[fact.key[0]].append(fact)
        amounts = sorted(
            (sum((f.amount for f in one), ZERO) for one in found.values() if one), reverse=True
        )
        limit = max([_most(lists, None), *(most[name] for name in others[:1])])
        if len(amounts) < top or amounts[top - 1] <= limit:
            return None
        return [fact for one in found.values() for fact in one]

    def _asked(
        self, partitions: Sequence[Partition], by: Sequence[str], resources: Sequence[str] = ()
    ) -> Iterable[Fact]:
        question = self._question
        filters = question.filters | ({"resource": list(resources)} if resources else {})
        return facts(
            self._store, partitions, self._days, question.metric, filters, by, self._billed
        )


def _listable(question: CostQuestion) -> bool:
    return (
        question.group_by == ["resource"]
        and question.granularity is Granularity.TOTAL
        and question.compare is None
        and set(question.filters) <= {"provider", "account"}
    )


def _listed(partition: Partition, page: CostPage, column: int) -> Listed:
    by: By = {
        cell.values[0]: [Fact(cell.values, cell.days[0], cell.amounts[0], partition.estimated)]
        for cell in unpack(page, column)
    }
    amounts = sorted((told[0].amount for name, told in by.items() if name), reverse=True)
    if len(amounts) < TOP_LISTED:
        return Listed(by)
    return Listed(by, max(ZERO, amounts[TOP_LISTED - 1]), complete=False)


def _most(lists: Sequence[Listed], name: str | None) -> Decimal:
    """What a resource, or one that no list has, can have at most."""
    return sum(
        (
            sum((fact.amount for fact in one.by[name]), ZERO) if name in one.by else one.most
            for one in lists
        ),
        ZERO,
    )


def _lacks(listed: Listed, name: str) -> bool:
    return not listed.complete and name not in listed.by


def _by(found: Iterable[Fact]) -> By:
    by: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in found:
        by[fact.key[0]].append(fact)
    return dict(by)


def _less(fact: Fact) -> Fact:
    return fact._replace(amount=-fact.amount)
