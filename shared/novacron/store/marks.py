"""Marks of shards' jobs that wait for bandwidth."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from novacron.migration.marks import Reached
from novacron.store.table import Table, document

KEPT = timedelta(days=7)
"""A mark that is gone costs the shard's way once more."""


class TableMark:
    """``job``: a name that no other job of the tenant has."""

    def __init__(self, table: Table, tenant: str, job: str, now: Callable[[], datetime]) -> None:
        self._table, self._job, self._now = table, job, now
        self._pk = f"T#{tenant}#MARK"

    def read(self) -> Reached:
        return self._table.get(self._pk, self._job, Reached) or Reached()

    def keep(self, reached: Reached) -> None:
        ttl = int((self._now() + KEPT).timestamp())
        self._table.put(document(self._pk, self._job, reached, ttl=ttl))
