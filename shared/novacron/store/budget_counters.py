"""What is left of each budget, and what each VM has reserved of them.

A begin takes from all counters in its own transaction, on condition that each has enough; a count
writes a counter anew on condition that nobody took or gave since it was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from novacron.models.reservation import Counter, Reservation, Window, whole
from novacron.store.table import Item, Table, document, key, parsed, typed

ABSENT = "attribute_not_exists(pk)"


class BudgetCounters:
    def __init__(self, table: Table) -> None:
        self.table = table

    def counters(self, tenant: str) -> dict[str, Counter]:
        """By budget, read consistently."""
        rows = (_counter(item) for item in self.table.rows(_pk(tenant)))
        return {one.budget_id: one for one in rows}

    def write(self, counter: Counter, seen: int | None) -> None:
        """Raises Lost when ``left`` has changed since ``seen``; None: when there is one."""
        item = document(
            _pk(counter.tenant),
            counter.budget_id,
            counter,
            period=_stamp(counter.window),
            left=counter.left,
            extra=counter.extra,
            seq=counter.seq,
        )
        if seen is None:
            self.table.put(item, ABSENT)
        else:
            self.table.put(item, "seq = :seen", {":seen": seen})

    def delete(self, tenant: str, budget_id: str) -> None:
        self.table.delete(_pk(tenant), budget_id)

    def taking(self, counter: Counter, amount: int, *, most: bool) -> Item:
        """Take ``amount`` (negative: give) as a member of a transaction, in this period alone;
        with ``most``, no more than is left."""
        values: Item = {":by": -amount, ":one": 1, ":period": _stamp(counter.window)}
        condition = "#period = :period"
        if most:
            condition += " AND #left >= :amount"
            values[":amount"] = amount
        update: dict[str, Any] = {
            "TableName": self.table.name,
            "Key": key(_pk(counter.tenant), counter.budget_id),
            "UpdateExpression": "ADD #left :by, seq :one",
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {"#left": "left", "#period": "period"},
            "ExpressionAttributeValues": typed(values),
        }
        return {"Update": update}

    def reservation(self, tenant: str, vm_id: str) -> Reservation | None:
        return self.table.get(_reserved(tenant), vm_id, Reservation)

    def reservations(self, tenant: str) -> Iterator[Reservation]:
        """All of the tenant's, read consistently."""
        return (parsed(item, Reservation) for item in self.table.rows(_reserved(tenant)))

    def reserving(self, reservation: Reservation) -> Item:
        """Write over the version that was read, as a member of a transaction."""
        following = reservation.model_copy(update={"version": reservation.version + 1})
        item = document(
            _reserved(reservation.tenant),
            reservation.vm_id,
            following,
            version=following.version,
        )
        if reservation.version == 0:
            return self.table.putting(item, ABSENT)
        return self.table.putting(item, "version = :seen", {":seen": reservation.version})


def _pk(tenant: str) -> str:
    return f"T#{tenant}#BUDGET-LEFT"


def _reserved(tenant: str) -> str:
    return f"T#{tenant}#BUDGET-RESERVED"


def _stamp(window: Window) -> str:
    return whole(window.start).isoformat()


def _counter(item: Item) -> Counter:
    """``left``, ``extra`` and ``seq`` move without the document."""
    now = {name: int(item[name]["N"]) for name in ("left", "extra", "seq")}
    return parsed(item, Counter).model_copy(update=now)
