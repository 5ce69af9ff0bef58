"""One run of the schedule over all tenants."""

from __future__ import annotations

from collections import defaultdict

from novacron.costs.advice.engine import Advised, advise
from novacron.costs.advice.notice import Notifier, TenantNotifier
from novacron.costs.advice.realised import measure
from novacron.costs.advice.schedule import adopt_tags
from novacron.errors import NovaCronError
from novacron.models.base import Model
from novacron.models.provider_account import ProviderAccount
from novacron.operations.services import Services


class Run(Model):
    """What was found, by tenant. ``measured``: how much applied advice has a newer saving;
    ``wrong_tags``: VMs whose power schedule cannot be read; ``failed``: tenants that were not
    looked at, and why: the next run tries again."""

    tenants: dict[str, Advised] = {}
    measured: int = 0
    wrong_tags: dict[str, str] = {}
    failed: dict[str, str] = {}


def recommend(services: Services) -> Run:
    """One tenant's failure keeps no other from it."""
    by_tenant: dict[str, list[ProviderAccount]] = defaultdict(list)
    for account in services.store.all_accounts():
        by_tenant[account.tenant].append(account)
    notifier = TenantNotifier(services)
    run = Run()
    for tenant, accounts in by_tenant.items():
        try:
            run = _tenant(services, tenant, accounts, notifier, run)
        except NovaCronError as error:
            run.failed[tenant] = error.detail
    return run


def _tenant(
    services: Services, tenant: str, accounts: list[ProviderAccount], notifier: Notifier, run: Run
) -> Run:
    ledger = services.ledger(tenant)
    run.wrong_tags.update(adopt_tags(services, tenant))
    run.tenants[tenant] = advise(services, tenant, accounts, ledger, notifier)
    measured = run.measured + measure(services, tenant, ledger)
    return run.model_copy(update={"measured": measured})
