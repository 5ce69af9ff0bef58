"""Costs in the table: settings, partitions, pages of aggregates; every key starts with the tenant.

A partition's record is the one place that says which generation is valid. Pages carry theirs in
the key, so that a reader takes those of one import or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from novacron.costs.pages import CostPage
from novacron.errors import Conflict, NotReady
from novacron.models.cost_import import (
    Attempt,
    ClosedChange,
    CostCurrency,
    CostSettings,
    Partition,
    PartitionKey,
)
from novacron.store.table import Item, Key, Lost, Table, document

ABSENT = "attribute_not_exists(pk)"
SAME = "generation = :seen"
BATCH = 25


class CostStore:
    def __init__(self, table: Table) -> None:
        self.table = table

    def settings(self, tenant: str) -> CostSettings:
        return self.table.get(_pk(tenant, "SETTINGS"), "settings", CostSettings) or CostSettings()

    def save_settings(self, tenant: str, settings: CostSettings) -> CostSettings:
        """Raises Conflict: they were replaced since the version that these are made from, or costs
        are stored in another currency."""
        following = settings.model_copy(update={"version": settings.version + 1})
        item = document(_pk(tenant, "SETTINGS"), "settings", following, version=following.version)
        write = (
            self.table.putting(item, "version = :seen", {":seen": settings.version})
            if settings.version
            else self.table.putting(item, ABSENT)
        )
        try:
            self.table.transact([write, *self._currency_chosen(tenant, settings.currency)])
        except Lost as error:
            raise Conflict(
                "The cost settings changed meanwhile, or costs were stored.",
                remedy="Read them with GET /costs/settings and change what you get.",
            ) from error
        return following

    def _currency_chosen(self, tenant: str, currency: str) -> list[Item]:
        there = self.table.get(_pk(tenant, "CURRENCY"), "currency", CostCurrency)
        if there is None or not there.imported:
            chosen = _currency(tenant, CostCurrency(currency=currency, imported=False))
            return [self.table.putting(chosen, f"{ABSENT} OR imported = :no", {":no": 0})]
        if there.currency != currency:
            raise Conflict(
                f"Costs are stored in {there.currency}; they cannot become {currency}.",
                remedy=f"Keep {there.currency}: another currency needs a tenant of its own.",
            )
        return []

    def _currency_used(self, tenant: str, currency: str) -> list[Item]:
        used = CostCurrency(currency=currency, imported=True)
        if self.table.get(_pk(tenant, "CURRENCY"), "currency", CostCurrency) == used:
            return []
        condition = f"{ABSENT} OR currency = :used"
        return [self.table.putting(_currency(tenant, used), condition, {":used": currency})]

    # Partitions

    def partition(self, key: PartitionKey) -> Partition | None:
        return self.table.get(_pk(key.tenant, "PARTITION"), _sk(key), Partition)

    def partitions(self, tenant: str) -> Iterator[Partition]:
        return self.table.walk(_pk(tenant, "PARTITION"), Partition)

    def begin(self, attempt: Attempt) -> None:
        """Before anything is written. Writing it again tells how much there is."""
        self.table.put(_attempt(attempt))

    def attempts(self, tenant: str) -> Iterator[Attempt]:
        return self.table.walk(_pk(tenant, "ATTEMPT"), Attempt)

    def switch(self, new: Partition, old: Partition | None, change: ClosedChange | None) -> None:
        """Make ``new`` valid in the place of ``old``.

        Raises NotReady: another import was first, or the tenant's currency changed.
        """
        item = document(_pk(new.tenant, "PARTITION"), _sk(new), new, generation=new.generation)
        writes = [
            self.table.putting(item, SAME, {":seen": old.generation})
            if old
            else self.table.putting(item, ABSENT)
        ]
        if change is not None:
            told = document(_pk(change.tenant, "CHANGE"), f"{_sk(change)}#{new.generation}", change)
            writes.append(self.table.putting(told))
        writes += self._currency_used(new.tenant, new.currency)
        try:
            self.table.transact(writes)
        except Lost as error:
            raise NotReady("Another import was first, or the currency of costs changed.") from error

    def changes(self, tenant: str) -> Iterator[ClosedChange]:
        """Closed months that changed, oldest month first."""
        return self.table.walk(_pk(tenant, "CHANGE"), ClosedChange)

    # Pages

    def put_pages(self, attempt: Attempt, view: str, pages: Iterable[tuple[int, CostPage]]) -> None:
        """Raises Throttled."""
        waiting: list[Item] = []
        for number, page in pages:
            waiting.append(document(*_page(attempt, attempt.generation, view, number), page))
            if len(waiting) == BATCH:
                self.table.put_many(waiting)
                waiting = []
        self.table.put_many(waiting)

    def pages(
        self, wanted: Iterable[tuple[Partition, str, int]]
    ) -> list[tuple[Partition, CostPage]]:
        """Those of ``wanted`` (partition, view, number). Raises NotReady: one is gone, since the
        partition was replaced meanwhile."""
        keys: dict[Key, Partition] = {
            _page(one, one.generation, view, number): one for one, view, number in wanted
        }
        found = self.table.get_many(list(keys), CostPage)
        if len(found) < len(keys):
            raise NotReady("The costs were replaced while they were read.")
        return [(partition, found[key]) for key, partition in keys.items()]

    def forget(self, attempt: Attempt) -> None:
        """Remove its pages, then its record."""
        for view, count in attempt.pages.items():
            keys = [_page(attempt, attempt.generation, view, n) for n in range(count)]
            self.table.delete_many(keys)
        self.table.delete(_pk(attempt.tenant, "ATTEMPT"), _generation_sk(attempt))


def _pk(tenant: str, kind: str) -> str:
    return f"T#{tenant}#COST#{kind}"


def _sk(key: PartitionKey) -> str:
    kind = "estimate" if key.estimated else "bill"
    return f"{key.period.isoformat()}#{key.account_id}#{kind}"


def _currency(tenant: str, told: CostCurrency) -> Item:
    known: dict[str, str | int | None] = {
        "currency": told.currency,
        "imported": int(told.imported),
    }
    return document(_pk(tenant, "CURRENCY"), "currency", told, **known)


def _generation_sk(attempt: Attempt) -> str:
    return f"{_sk(attempt)}#{attempt.generation}"


def _attempt(attempt: Attempt) -> Item:
    return document(_pk(attempt.tenant, "ATTEMPT"), _generation_sk(attempt), attempt)


def _page(key: PartitionKey, generation: str, view: str, number: int) -> Key:
    return _pk(key.tenant, f"PAGE#{view}"), f"{_sk(key)}#{generation}#{number}"
