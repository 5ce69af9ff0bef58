"""Who may send how much when: limits of migrations and accounts, kept for all that move bytes."""

from __future__ import annotations

from novacron.migration.context import Context
from novacron.migration.messages import MOST_BYTES, Grant, Line
from novacron.models.bandwidth import MBIT_BYTES
from novacron.operations.services import Services
from novacron.store.bandwidth import BandwidthStore
from novacron.store.migrations import MigrationStore
from novacron.store.turns import Turns

TURN_S = 0.5
"""Of the slower line: small reads share a turn, so that asking for it is quicker than using it."""
LOOK_S = 10.0
"""Who is not limited, or paused, asks again after so long."""


def granted(services: Services, tenant: str, line: Line, size: int) -> Grant:
    """At least ``size`` bytes, or nothing yet. Raises Conflict when the migration was cancelled:
    a shard may take hours at a low limit."""
    migrations = MigrationStore(services.store.table)
    control = migrations.control(tenant, line.migration_id)
    Context.obey(control)
    if migrations.halts(tenant, line.migration_id, control):
        return Grant(wait_seconds=LOOK_S)
    kept = BandwidthStore(services.store.table)
    limits = {of: kept.limit(tenant, of) for of in (line.migration_id, line.account_id)}
    rates = {of: one.max_mbit_per_second for of, one in limits.items()}
    lines = {of: rate for of, rate in rates.items() if rate is not None}
    if not lines:
        return Grant(free_seconds=LOOK_S)
    turn_bytes = min(MOST_BYTES, round(min(lines.values()) * MBIT_BYTES * TURN_S))
    size = max(size, turn_bytes)
    now = services.now().timestamp()
    turn = Turns(services.store.table).take(tenant, lines, size, now)
    return Grant(size=size if turn.given else 0, wait_seconds=turn.wait)
