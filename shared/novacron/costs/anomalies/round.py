"""One round over all tenants."""

from __future__ import annotations

from collections.abc import Callable

from novacron.costs.anomalies.find import Search
from novacron.costs.telling import of_anomaly, write_down
from novacron.errors import NovaCronError
from novacron.models.anomaly import Anomaly
from novacron.models.base import Model
from novacron.operations.services import Services
from novacron.store.anomalies import AnomalyStore


class Looked(Model):
    """``failed``: tenants whose costs could not be read; the next round tries again."""

    tenants: int
    found: int
    failed: list[str]


def look(services: Services, tell: Callable[[Anomaly], None]) -> Looked:
    """Record each tenant's new anomalies and ``tell`` of each, once, as the tenant is told."""
    store = AnomalyStore(services.store.table)
    tenants = sorted({account.tenant for account in services.store.all_accounts()})
    found, failed = 0, []
    for tenant in tenants:
        try:
            new = Search(services.ledger(tenant), store, tenant, services.now()).new()
        except NovaCronError:
            failed.append(tenant)
            continue
        found += len(new)
        for one in new:
            write_down(services, of_anomaly(one), one.severity)
            tell(one)
    return Looked(tenants=len(tenants), found=found, failed=failed)
