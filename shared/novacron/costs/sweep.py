"""Removes what imports wrote and nobody reads: they were killed, or are replaced."""

from __future__ import annotations

from datetime import timedelta

from novacron.costs.manifest import exports, folder
from novacron.errors import NovaCronError
from novacron.models.base import Model
from novacron.operations.services import Services
from novacron.store.costs import CostStore

KEPT = timedelta(days=1)
"""Longer than an import or a reader can take: a function ends after 15 minutes
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""


class SweptCosts(Model):
    """``failed``: tenant -> why its costs were left as they are until the next run."""

    generations: int = 0
    files: int = 0
    failed: dict[str, str] = {}


def sweep_costs(services: Services) -> SweptCosts:
    """One run over everybody's costs. Raises Unsupported: this deployment keeps none."""
    generations = files = 0
    failed = {}
    for tenant in sorted({one.tenant for one in services.store.all_accounts()}):
        try:
            swept = sweep_tenant(services, tenant)
        except NovaCronError as error:
            failed[tenant] = error.detail
        else:
            generations, files = generations + swept.generations, files + swept.files
    return SweptCosts(generations=generations, files=files, failed=failed)


def sweep_tenant(services: Services, tenant: str) -> SweptCosts:
    """Remove the generations that are not valid and that began longer than KEPT ago, and exports
    as old.

    A generation's record goes last, so that what a kill leaves is found by the next run.
    """
    store, objects = CostStore(services.store.table), services.costs
    limit = services.now() - KEPT
    valid = {one.generation for one in store.partitions(tenant)}
    generations = files = 0
    for attempt in list(store.attempts(tenant)):
        if attempt.begun_at > limit or attempt.generation in valid:
            continue
        for path in list(objects.list(folder(attempt))):
            objects.delete(path)
            files += 1
        store.forget(attempt)
        generations += 1
    for path, at in list(objects.ages(exports(tenant))):
        if at <= limit:
            objects.delete(path)
            files += 1
    return SweptCosts(generations=generations, files=files)
