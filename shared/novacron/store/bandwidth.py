"""Bandwidth limits, by the id of the migration or the account that they are of."""

from __future__ import annotations

from novacron.models.bandwidth import Bandwidth
from novacron.store.table import Table, document


class BandwidthStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    def limit(self, tenant: str, of: str) -> Bandwidth:
        """What nobody has limited has no limit."""
        found = self._table.get(_pk(tenant), of, Bandwidth)
        return found or Bandwidth(max_mbit_per_second=None)

    def keep(self, tenant: str, of: str, limit: Bandwidth) -> None:
        self._table.put(document(_pk(tenant), of, limit))

    def forget(self, tenant: str, of: str) -> None:
        self._table.delete(_pk(tenant), of)


def _pk(tenant: str) -> str:
    return f"T#{tenant}#BANDWIDTH"
