"""Token buckets in the table, shared by all that run at once: one conditional write a take.

A bucket is kept as the moment at which it will be full again (the generic cell rate algorithm,
https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): taking moves that moment on, and
nothing has to refill it. Microseconds, since the table's conditions compare whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from novacron.store.table import Table, key

SECOND = 1_000_000
KEPT_S = 3600
TRIES = 4
"""Others may take between our look and our write; after so many losses there is nothing to have."""
TAKE = "SET full_at = full_at + :cost, #ttl = :kept"
START = "SET full_at = :now + :cost, #ttl = :kept"
IDLE = "attribute_not_exists(full_at) OR full_at < :now"
IN_USE = "full_at >= :now AND full_at <= :most"


@dataclass(frozen=True)
class Bucket:
    """``size`` tokens at most; ``rate`` tokens a second come back."""

    size: int
    rate: float


@dataclass(frozen=True)
class Taken:
    """``tokens`` are ours; when 0, one will be there in ``wait`` seconds."""

    tokens: int
    wait: float = 0.0


class Buckets:
    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, tenant: str, name: str, bucket: Bucket, most: int, now: float) -> Taken:
        """Up to ``most`` tokens at ``now`` (seconds since 1970). Raises what the table raises."""
        each, at = round(SECOND / bucket.rate), round(now * SECOND)
        wanted, idle, full_at = min(most, bucket.size), False, at
        for _ in range(TRIES):
            lost = self._write(tenant, name, idle, at, wanted * each, bucket.size * each)
            if lost is None:
                return Taken(wanted)
            full_at = lost
            idle = full_at < at
            free = bucket.size if idle else (at + bucket.size * each - full_at) // each
            wanted = min(most, free)
            if wanted < 1:
                break
        return Taken(0, max(each, full_at + each - at - bucket.size * each) / SECOND)

    def count(self, tenant: str, name: str, now: float) -> None:
        """Count one of ``name`` on the day of ``now``; see ``counted``."""
        self._table.count(f"T#{tenant}#COUNTED", f"{name}#{_day(now)}", 1)

    def counted(self, tenant: str, name: str, now: float) -> int:
        return self._table.counter(f"T#{tenant}#COUNTED", f"{name}#{_day(now)}")

    def _write(
        self, tenant: str, name: str, idle: bool, at: int, cost: int, depth: int
    ) -> int | None:
        """None when the tokens are ours, otherwise when the bucket will be full; 0: there is none.

        Raises botocore's ClientError.
        """
        values = {":cost": cost, ":kept": at // SECOND + KEPT_S, ":now": at}
        if not idle:
            values[":most"] = at + depth - cost
        write: dict[str, Any] = {
            "TableName": self._table.name,
            "Key": key(f"T#{tenant}#LIMIT", name),
            "UpdateExpression": START if idle else TAKE,
            "ConditionExpression": IDLE if idle else IN_USE,
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {name: {"N": str(n)} for name, n in values.items()},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        client = self._table.client
        try:
            client.update_item(**write)
        except client.exceptions.ConditionalCheckFailedException as error:
            reply: Any = error.response
            old = reply.get("Item")
            return int(old["full_at"]["N"]) if old else 0
        return None


def _day(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).date().isoformat()
