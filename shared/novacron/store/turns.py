"""Turns on lines of limited bandwidth, given to all that run at once: one conditional write a turn.

A line is kept as the moment at which it is free (the generic cell rate algorithm, as in
``buckets``); who comes before waits for it. Microseconds, since the table's conditions compare
whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from novacron.models.bandwidth import MBIT_BYTES
from novacron.store.buckets import IDLE, IN_USE, KEPT_S, SECOND, START, TAKE
from novacron.store.table import Table, key

UNUSED_S = 1.0
"""Of a rate, what may be made up for later: clocks and sleeps are not exact."""
MOST_WAIT_S = 120.0
"""Who would wait longer gets no turn and comes back: a function cannot sleep for ever."""
AGAIN_S = 1.0
TRIES = 4
"""Others may come between our look and our write."""
GIVE_BACK = "SET full_at = full_at - :cost"


class Turn(NamedTuple):
    """``given``: it begins in ``wait`` seconds; otherwise ask again after them."""

    given: bool
    wait: float


class Turns:
    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, tenant: str, lines: Mapping[str, int], size: int, now: float) -> Turn:
        """To send ``size`` bytes on all of ``lines`` (name -> Mbit a second), or none, at ``now``
        (seconds since 1970). Raises what the table raises."""
        taken: dict[str, int] = {}
        wait = 0.0
        for line, rate in lines.items():
            cost = -(-size * SECOND // (rate * MBIT_BYTES))
            turn = self._take(tenant, line, cost, round(now * SECOND))
            if not turn.given:
                for other, paid in taken.items():
                    self._write(tenant, other, GIVE_BACK, {":cost": paid})
                return turn
            taken[line] = cost
            wait = max(wait, turn.wait)
        return Turn(True, wait)

    def _take(self, tenant: str, line: str, cost: int, at: int) -> Turn:
        floor, most = at - round(UNUSED_S * SECOND), at + round(MOST_WAIT_S * SECOND)
        values = {":cost": cost, ":now": floor, ":kept": at // SECOND + KEPT_S}
        idle = False
        for _ in range(TRIES):
            if idle:
                written, free_at = self._write(tenant, line, START, values, IDLE)
            else:
                given = values | {":most": most}
                written, free_at = self._write(tenant, line, TAKE, given, IN_USE)
            if written:
                return Turn(True, max(0, free_at - cost - at) / SECOND)
            if free_at > most:
                return Turn(False, max(AGAIN_S, (free_at - most) / SECOND))
            idle = free_at < floor
        return Turn(False, AGAIN_S)

    def _write(
        self,
        tenant: str,
        line: str,
        update: str,
        values: Mapping[str, int],
        condition: str = "attribute_exists(full_at)",
    ) -> tuple[bool, int]:
        """Whether it was written, and when the line is free; 0: it never was used.

        Raises botocore's ClientError.
        """
        write: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": key(f"T#{tenant}#LIMIT", f"{line}#bandwidth"),
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {name: {"N": str(n)} for name, n in values.items()},
            "ReturnValues": "UPDATED_NEW",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if ":kept" in values:
            write["ExpressionAttributeNames"] = {"#ttl": "ttl"}
        client = self._table.client
        try:
            reply: Any = client.update_item(**write)
        except client.exceptions.ConditionalCheckFailedException as error:
            lost: Any = error.response
            return False, int(lost["Item"]["full_at"]["N"]) if "Item" in lost else 0
        return True, int(reply["Attributes"]["full_at"]["N"])
