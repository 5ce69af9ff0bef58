"""The workers of a migration's two sides, where a provider's disks need one."""

from __future__ import annotations

from typing import TypeVar

from novacron.migration.context import Context
from novacron.migration.workers import Order, dismiss, hire, lend
from novacron.models.migration import Effect
from novacron.models.transfer import Export, Import
from novacron.operations.agents import AgentDesk
from novacron.providers.base import CloudProvider
from novacron.providers.workers import AGENT, Workers
from novacron.store.agents import AgentStore

M = TypeVar("M", Export, Import)
SOURCE, TARGET = "ws", "wt"
"""Parts of the migration's operation that a side's worker is of."""


def staffed(now: Context, side: str, moved: M) -> M:
    """``moved`` with a worker that is alive, where it needs one and has none.

    Raises NotReady until there is one, Unsupported when none could call home.
    """
    provider = _provider(now, side)
    if not isinstance(provider, Workers) or AGENT in moved.access:
        return moved
    now.intend(Effect.WORKER, side)
    return lend(moved, hire(_desk(now), provider, _order(now, side), now.owner(side)))


def dismissed(now: Context, side: str) -> None:
    """Raises NotReady until nothing of the side's worker is left."""
    provider = _provider(now, side)
    if isinstance(provider, Workers):
        dismiss(_desk(now), provider, _name(now, side), now.owner(side))


def _provider(now: Context, side: str) -> CloudProvider:
    return now.source if side == SOURCE else now.target


def _desk(now: Context) -> AgentDesk:
    return AgentDesk(AgentStore(now.services.store.table), now.services.now)


def _name(now: Context, side: str) -> str:
    return f"{side}-{now.migration.id[-12:]}"


def _order(now: Context, side: str) -> Order:
    """In the place where the disks are."""
    spec, record = now.migration.spec, now.record
    here = side == SOURCE
    return Order(
        name=_name(now, side),
        region=record.region if here else spec.region,
        zone=record.document.get("zone") if here else spec.zone,
        url=now.migration.api_url,
        package=now.services.worker_package,
        subnet_id=None if here else spec.subnet_id,
    )
