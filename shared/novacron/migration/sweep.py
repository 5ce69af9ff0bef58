"""The chunk stores of all tenants, swept of what no live migration refers to."""

from __future__ import annotations

from novacron.errors import NovaCronError
from novacron.migration.garbage import Collected, collect
from novacron.models.base import Model
from novacron.operations.services import Services
from novacron.store.migrations import MigrationStore


class Swept(Model):
    """By tenant; ``failed``: why a tenant's store was left as it is until the next run."""

    tenants: dict[str, Collected] = {}
    failed: dict[str, str] = {}


def sweep(services: Services) -> Swept:
    """One run over everybody's store. Raises Unsupported: this deployment has none."""
    roots: dict[str, set[str]] = {one.tenant: set() for one in services.store.all_accounts()}
    for migration in MigrationStore(services.store.table).live():
        named = roots.setdefault(migration.tenant, set())
        named.update(one.export_id for one in migration.rounds)
        named.update([migration.applied] if migration.applied else [])
    swept, failed = {}, {}
    for tenant, live in sorted(roots.items()):
        chunks, objects = services.chunks(tenant), services.stores.objects
        try:
            swept[tenant] = collect(chunks, objects, sorted(live), services.now())
        except NovaCronError as error:
            failed[tenant] = error.detail
    return Swept(tenants=swept, failed=failed)
