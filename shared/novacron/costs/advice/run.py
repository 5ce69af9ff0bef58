"""One run of the schedule over all tenants."""

from __future__ import annotations

from collections import defaultdict

from novacron.audit.log import AuditLog
from novacron.costs.advice.engine import Advised, advise
from novacron.costs.advice.notice import AuditNotifier
from novacron.costs.advice.schedule import adopt_tags
from novacron.models.base import Model
from novacron.models.provider_account import ProviderAccount
from novacron.operations.services import Services


class Run(Model):
    """What was found, by tenant; ``wrong_tags``: VMs whose power schedule cannot be read."""

    tenants: dict[str, Advised] = {}
    wrong_tags: dict[str, str] = {}


def recommend(services: Services) -> Run:
    """Raises nothing of one account that could keep the others from it."""
    by_tenant: dict[str, list[ProviderAccount]] = defaultdict(list)
    for account in services.store.all_accounts():
        by_tenant[account.tenant].append(account)
    notifier = AuditNotifier(AuditLog(services.store.table, services.now))
    tenants, wrong = {}, {}
    for tenant, accounts in by_tenant.items():
        tenants[tenant] = advise(services, tenant, accounts, None, notifier)
        wrong.update(adopt_tags(services, tenant))
    return Run(tenants=tenants, wrong_tags=wrong)
