"""A tenant's settings of costs."""

from __future__ import annotations

from novacron.errors import NotFound
from novacron.models.cost_import import CostSettings
from novacron.operations.services import Services
from novacron.store.budgets import BudgetStore
from novacron.store.costs import CostStore


def replace_settings(services: Services, tenant: str, asked: CostSettings) -> CostSettings:
    """Raises NotFound (notices): no such budget; Conflict as ``CostStore.save_settings`` does."""
    table = services.store.table
    if asked.notices is not None:
        try:
            BudgetStore(table).get(tenant, asked.notices)
        except NotFound as error:
            raise NotFound(error.detail, field="notices") from error
    return CostStore(table).save_settings(tenant, asked)
