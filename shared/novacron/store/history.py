"""What every VM and volume was, and when: the state history that metering bills by.

A change is written in the transaction that writes the resource's record, so that neither is ever
without the other. The record keeps the digest of what was written last (``ResourceRecord.traced``):
looks that find nothing new write nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from novacron.models.base import Model
from novacron.models.history import Change
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.store.table import Item, Table, document, stamp

KINDS = frozenset({ResourceKind.VM, ResourceKind.VOLUME})
KEPT = timedelta(days=400)
"""How long a resource that is gone is listed as the account's; its changes are kept."""
_KNOWN = Change.model_fields.keys() - {"at", "version"}


class History:
    """The changes of one tenant's resources. Nothing asked here can reach another tenant's."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, tenant: str, resource: str, start: datetime, end: datetime) -> list[Change]:
        """What the resource was from ``start`` up to ``end``, oldest first.

        The first may be from before ``start``: what it was then. Empty: it was not known then.
        """
        pk, low, high = _pk(tenant, resource), stamp(start), stamp(end)
        before = self._table.last_before(pk, low, Change)
        within = [one for one in self._table.between(pk, low, high, Change) if one.at < end]
        return ([before] if before else []) + within

    def account(self, tenant: str, account: str, start: datetime, end: datetime) -> set[str]:
        """The ids of the account's resources that were there at some moment of the window."""
        listed = self._table.walk(_account(tenant, account), Listed)
        return {one.resource for one in listed if one.since < end and not _gone(one, start)}

    def changed(self, tenant: str, account: str, day: date) -> Iterator[Change]:
        """All changes in the account on ``day`` (UTC), in no order."""
        return self._table.index(_day(tenant, account, day), Change)


class Listed(Model):
    """That the account has or had a resource; ``gone``: since when it is no more."""

    resource: str
    since: datetime
    gone: datetime | None


def traced(record: ResourceRecord) -> tuple[ResourceRecord, list[Item]]:
    """The record as it is to be written, and the items to write with it: none without news."""
    if record.kind not in KINDS or not record.document:
        return record, []
    change = _change(record)
    digest = sha256(change.model_dump_json(include=set(_KNOWN)).encode()).hexdigest()[:16]
    if digest == record.traced:
        return record, []
    gone = change.at if change.gone else None
    listed = Listed(resource=record.id, since=record.created_at, gone=gone)
    until = int((change.at + KEPT).timestamp()) if gone else None
    items = [
        document(
            _pk(record.tenant, record.id),
            f"{stamp(change.at)}#{change.version:010d}",
            change,
            gsi1pk=_day(record.tenant, record.account_id, change.at.date()),
        ),
        document(_account(record.tenant, record.account_id), record.id, listed, ttl=until),
    ]
    return record.model_copy(update={"traced": digest}), items


def _change(record: ResourceRecord) -> Change:
    told: dict[str, Any] = {
        name: value for name, value in record.document.items() if name in _KNOWN
    }
    own = {
        "resource": record.id,
        "kind": record.kind,
        "account_id": record.account_id,
        "provider_id": record.provider_id,
        "name": record.name,
        "region": record.region,
        "state": record.state,
        "at": record.observed_at,
        "version": record.version,
    }
    return Change.model_validate(told | own)


def _gone(one: Listed, when: datetime) -> bool:
    return one.gone is not None and one.gone <= when


def _pk(tenant: str, resource: str) -> str:
    return f"T#{tenant}#HISTORY#{resource}"


def _account(tenant: str, account: str) -> str:
    return f"T#{tenant}#HELD#{account}"


def _day(tenant: str, account: str, day: date) -> str:
    return f"T#{tenant}#CHANGED#{account}#{day.isoformat()}"
