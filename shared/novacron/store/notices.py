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

    def add(self, notice: Notice, now: datetime) -> bool:
        """It waits from now on. False: it was added before, and stays as it is."""
        try:
            self.table.put(_item(notice, now), "attribute_not_exists(pk)")
        except Lost:
            return False
        return True

    def find(self, tenant: str, notice_id: str) -> Notice | None:
        return self.table.get(_pk(tenant), notice_id, Notice)

    def waiting(self) -> Iterator[Notice]:
        """Those of all tenants, but for what is held for a digest."""
        return self.table.index(WAITING, Notice)

    def held(self, tenant: str) -> Iterator[Notice]:
        return self.table.index(_held(tenant), Notice)

    def save(self, notice: Notice, now: datetime) -> None:
        self.table.put(_item(notice, now))

    def settle(self, digest: Notice, now: datetime) -> None:
        """What it gathered is done with; then it may go. A repeat does the same. Raises
        Throttled."""
        keys = [(_pk(digest.tenant), one) for one in digest.gathered]
        for one in self.table.get_many(keys, Notice).values():
            self.save(one.model_copy(update={"done": True}), now)
        self.save(digest.model_copy(update={"gathered": [], "done": not digest.told}), now)


def _pk(tenant: str) -> str:
    return f"T#{tenant}#NOTICE"


def _held(tenant: str) -> str:
    return f"T#{tenant}#NOTICES-HELD"


def _item(notice: Notice, now: datetime) -> Item:
    waiting = WAITING if notice.held_at is None else _held(notice.tenant)
    return document(
        _pk(notice.tenant),
        notice.id,
        notice,
        gsi1pk=None if notice.done else waiting,
        ttl=int((now + KEPT).timestamp()),
    )
