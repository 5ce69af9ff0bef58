"""Notices that wait for their delivery, and that they were delivered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from novacron.models.notice import Notice
from novacron.store.table import Item, Lost, Table, document

WAITING = "NOTICES"
KEPT = timedelta(days=30)
"""For so long the same news is known to have been told."""


class NoticeStore:
    def __init__(self, table: Table) -> None:
        self.table = table

    def add(self, notice: Notice, now: datetime) -> None:
        """It waits from now on, unless it was added before."""
        try:
            self.table.put(_item(notice, now), "attribute_not_exists(pk)")
        except Lost:
            return

    def waiting(self) -> Iterator[Notice]:
        """Those of all tenants."""
        return self.table.index(WAITING, Notice)

    def save(self, notice: Notice, now: datetime) -> None:
        self.table.put(_item(notice, now))


def _item(notice: Notice, now: datetime) -> Item:
    pk, until = f"T#{notice.tenant}#NOTICE", int((now + KEPT).timestamp())
    waiting = None if notice.done else WAITING
    return document(pk, notice.id, notice, gsi1pk=waiting, ttl=until)
