"""The VMs that budgets look at."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.models.base import PageRequest
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.operations.services import Services


def vms(services: Services, tenant: str) -> Iterator[ResourceRecord]:
    """Every VM on record."""
    page = PageRequest(limit=1000)
    while True:
        found = services.store.resources(tenant, ResourceKind.VM, page)
        yield from found.items
        if found.next_cursor is None:
            return
        page = PageRequest(limit=1000, cursor=found.next_cursor)
