"""The audit log of each tenant in the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from novacron.audit.chain import GENESIS, Entry, Verdict
from novacron.errors import NotReady
from novacron.models.base import Model, Page, PageRequest
from novacron.store.table import Lost, Table, document

TRIES = 20
"""Writers of one tenant that append at the same instant; each loss means another one won."""

ABSENT = "attribute_not_exists(pk)"


class Head(Model):
    """The last entry's number and hash: without it, cutting off the end would go unseen."""

    number: int
    hash: str


class AuditLog:
    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def append(
        self,
        tenant: str,
        subject: str,
        action: str,
        resource: str,
        outcome: str,
        correlation_id: str = "",
    ) -> Entry:
        """Add one entry and move the head in one step. Raises NotReady under a storm of them."""
        for _ in range(TRIES):
            head = self._head(tenant)
            entry = Entry(
                number=head.number + 1,
                tenant=tenant,
                at=self._now(),
                subject=subject,
                action=action,
                resource=resource,
                outcome=outcome,
                correlation_id=correlation_id,
                previous=head.hash,
            ).sealed()
            try:
                self._write(entry, head)
            except Lost:
                continue
            return entry
        raise NotReady("The audit log is busy.")

    def entries(self, tenant: str, page: PageRequest) -> Page[Entry]:
        return self._table.page(_pk(tenant), Entry, page)

    def verify(self, tenant: str) -> Verdict:
        """Read the whole chain and compute every hash anew."""
        previous, count = GENESIS, 0
        for entry in self._table.walk(_pk(tenant), Entry):
            expected = (count + 1, tenant, previous, entry.digest())
            if (entry.number, entry.tenant, entry.previous, entry.hash) != expected:
                return Verdict(intact=False, entries=count, broken_at=count + 1)
            previous, count = entry.hash, count + 1
        head = self._head(tenant)
        if (head.number, head.hash) != (count, previous):
            return Verdict(intact=False, entries=count, broken_at=count + 1)
        return Verdict(intact=True, entries=count)

    def _head(self, tenant: str) -> Head:
        found = self._table.get(f"{_pk(tenant)}_HEAD", "HEAD", Head)
        return found or Head(number=0, hash=GENESIS)

    def _write(self, entry: Entry, head: Head) -> None:
        moved = document(
            f"{_pk(entry.tenant)}_HEAD",
            "HEAD",
            Head(number=entry.number, hash=entry.hash),
            entries=entry.number,
        )
        first = head.number == 0
        self._table.transact(
            [
                self._table.putting(document(_pk(entry.tenant), _sk(entry), entry), ABSENT),
                self._table.putting(moved, ABSENT)
                if first
                else self._table.putting(moved, "entries = :seen", {":seen": head.number}),
            ]
        )


def _pk(tenant: str) -> str:
    return f"T#{tenant}#AUDIT"


def _sk(entry: Entry) -> str:
    return f"{entry.number:012d}"
