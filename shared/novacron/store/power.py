"""Power schedules of VMs."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.models.power import PowerRecord
from novacron.store.table import Table, document

ALL = "POWER-SCHEDULES"


class PowerStore:
    def __init__(self, table: Table) -> None:
        self.table = table

    def get(self, tenant: str, vm_id: str) -> PowerRecord | None:
        return self.table.get(_pk(tenant), vm_id, PowerRecord)

    def all(self) -> Iterator[PowerRecord]:
        """Of all tenants."""
        return self.table.index(ALL, PowerRecord)

    def save(self, record: PowerRecord) -> None:
        self.table.put(document(_pk(record.tenant), record.vm_id, record, gsi1pk=ALL))

    def delete(self, tenant: str, vm_id: str) -> None:
        self.table.delete(_pk(tenant), vm_id)


def _pk(tenant: str) -> str:
    return f"T#{tenant}#POWER"
