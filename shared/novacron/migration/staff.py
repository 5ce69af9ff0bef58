"""The workers of a migration's two sides, where a provider's disks need one."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from novacron.errors import NotFound
from novacron.migration.context import Context
from novacron.migration.workers import Order, dismiss, hire, is_silent, lend, take_back
from novacron.models.account import ProviderType
from novacron.models.migration import Effect, JournalEntry
from novacron.models.transfer import Export, Import
from novacron.operations.agents import AgentDesk
from novacron.operations.courier import SILENT
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


def worker_died(now: Context, side: str) -> bool:
    """Whether the side had hired a worker, which is silent."""
    owner = now.owner(side)
    hired = any((e.effect, e.owner) == (Effect.WORKER, owner.operation) for e in _standing(now))
    return hired and is_silent(_desk(now), _name(now, side), owner)


def replace(now: Context, side: str) -> None:
    """Have nothing open any more that the side's worker had: the next one is hired as it opens."""
    told = now.migration
    if side == SOURCE:
        now.save(exports=[_taken_back(now, one) for one in told.exports])
        return
    clone = told.clone
    if clone is not None:
        clone = clone.model_copy(update={"imports": [_taken_back(now, i) for i in clone.imports]})
    now.save(imports=[_taken_back(now, one) for one in told.imports], clone=clone)


def host_agent_silent(now: Context, side: str) -> datetime | None:
    """Since when the agent of the side's own hosts has said nothing; None: it has, or is none."""
    account = now.source_account if side == SOURCE else now.target_account
    if account.type is not ProviderType.AGENT:
        return None
    try:
        agent = _desk(now).agents.agent(account.tenant, account.settings["agent"])
    except NotFound:
        return account.created_at
    since = agent.last_seen or agent.created_at
    return since if now.services.now() - since > SILENT else None


def _taken_back(now: Context, sealed: M) -> M:
    opened = now.open(sealed)
    left = take_back(opened)
    return sealed if left is opened else now.seal(left)


def _standing(now: Context) -> list[JournalEntry]:
    return [entry for entry in now.migration.journal if not entry.undone]


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
