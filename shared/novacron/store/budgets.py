"""Records of budgets, of what each threshold set off, and of the VMs that budgets stopped."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.errors import AlreadyExists, NotFound, NotReady
from novacron.models.base import Page, PageRequest
from novacron.models.budget import Budget
from novacron.models.firing import Firing, Stopped
from novacron.store.table import Item, Lost, Table, document, key, parsed

EVERYBODYS = "BUDGETS"
ABSENT = "attribute_not_exists(pk)"


class BudgetStore:
    """An id of another tenant is NotFound, like one that never was."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, tenant: str, budget_id: str) -> Budget:
        found = self.table.get(_pk(tenant), budget_id, Budget)
        if found is None:
            raise NotFound(f"There is no budget {budget_id!r}.")
        return found

    def page(self, tenant: str, page: PageRequest) -> Page[Budget]:
        return self.table.page(_pk(tenant), Budget, page)

    def of(self, tenant: str) -> list[Budget]:
        """All of the tenant's, read consistently."""
        return [parsed(item, Budget) for item in self.table.rows(_pk(tenant))]

    def everybodys(self) -> Iterator[Budget]:
        return self.table.index(EVERYBODYS, Budget)

    def create(self, budget: Budget) -> None:
        """Raises AlreadyExists."""
        try:
            self.table.put(_item(budget), ABSENT)
        except Lost as error:
            raise AlreadyExists(f"There is a budget {budget.name!r} already.") from error

    def save(self, budget: Budget) -> None:
        """Raises NotFound: it was deleted meanwhile."""
        try:
            self.table.put(_item(budget), "attribute_exists(pk)")
        except Lost as error:
            raise NotFound(f"There is no budget {budget.id!r}.") from error

    def delete(self, budget: Budget) -> None:
        self.table.delete(_pk(budget.tenant), budget.id)

    # What a threshold set off

    def firing(self, tenant: str, firing_id: str) -> Firing | None:
        return self.table.get(_fired(tenant), firing_id, Firing)

    def fire(self, firing: Firing) -> Firing:
        """Record it, unless it is there: returns the record that stands."""
        try:
            self.table.put(document(_fired(firing.tenant), firing.id, firing, version=0), ABSENT)
        except Lost:
            return self.firing(firing.tenant, firing.id) or firing
        return firing

    def save_firing(self, firing: Firing) -> Firing:
        """Write over the version that was read. Raises NotReady when it has changed since."""
        following = firing.model_copy(update={"version": firing.version + 1})
        item = document(_fired(firing.tenant), firing.id, following, version=following.version)
        try:
            self.table.put(item, "version = :seen", {":seen": firing.version})
        except Lost as error:
            raise NotReady(f"{firing.id} changed meanwhile.") from error
        return following

    # VMs that a budget has stopped, until anybody starts or stops them

    def stopped(self, tenant: str) -> list[Stopped]:
        return [parsed(item, Stopped) for item in self.table.rows(_stopped(tenant))]

    def marking(self, stopped: Stopped) -> Item:
        """A member of the transaction that begins the stop."""
        return self.table.putting(document(_stopped(stopped.tenant), stopped.vm_id, stopped))

    def unmarking(self, tenant: str, vm_id: str) -> Item:
        """A member of the transaction that begins any other change."""
        return {"Delete": {"TableName": self.table.name, "Key": key(_stopped(tenant), vm_id)}}


def _pk(tenant: str) -> str:
    return f"T#{tenant}#BUDGET"


def _fired(tenant: str) -> str:
    return f"T#{tenant}#BUDGET-FIRED"


def _stopped(tenant: str) -> str:
    return f"T#{tenant}#BUDGET-STOPPED"


def _item(budget: Budget) -> Item:
    return document(_pk(budget.tenant), budget.id, budget, gsi1pk=EVERYBODYS)
