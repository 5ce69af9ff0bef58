"""A shard's job, carried out where its bytes are: in this process, or by the agent beside them.

The agent is named by ``access["agent"]`` of the job's export or import, whatever the account's
provider is: the host agent of libvirt hosts, or one in a worker VM that has the disks attached.
``until``, in seconds since 1970: here no wait for bandwidth begins later.
"""

from __future__ import annotations

import math
from typing import Any

from novacron.errors import AgentSilent, ProviderUnavailable
from novacron.migration.chunks import ChunkStore
from novacron.migration.messages import Line
from novacron.migration.shards import (
    ExportJob,
    Imported,
    ImportJob,
    ShardsHere,
    ShardWork,
)
from novacron.migration.transfer import ShardResult
from novacron.migration.verify import Verified
from novacron.models.provider_account import ProviderAccount
from novacron.operations.services import Services
from novacron.providers.agent import wire
from novacron.providers.agent.courier import Courier
from novacron.store.marks import TableMark


class ShardsThere(ShardWork):
    """At an agent. NotReady until it has answered; the same job finds its answer, once."""

    def __init__(self, courier: Courier, tenant: str, agent_id: str) -> None:
        self._courier, self._tenant, self._agent = courier, tenant, agent_id

    def export_shard(self, job: ExportJob) -> ShardResult:
        found: ShardResult = self._ask("export_shard", job)
        return found

    def import_shard(self, job: ImportJob) -> Imported:
        found: Imported = self._ask("import_shard", job)
        return found

    def verify_shard(self, job: ImportJob) -> Verified:
        found: Verified = self._ask("verify_shard", job)
        return found

    def _ask(self, method: str, job: ExportJob | ImportJob) -> Any:
        told = wire.encode(method, {"job": job})
        try:
            outcome = self._courier.call(self._tenant, self._agent, method, told)
        except ProviderUnavailable as error:
            raise AgentSilent(error.detail) from error
        return wire.answer(method, outcome)


def export_shard(
    services: Services, account: ProviderAccount, job: ExportJob, until: float = math.inf
) -> ShardResult:
    """Raises NotReady until it is done, AgentSilent."""
    return _place(services, account, job.export.access, until).export_shard(job)


def import_shard(
    services: Services, account: ProviderAccount, job: ImportJob, until: float = math.inf
) -> Imported:
    """Raises NotReady until it is done, AgentSilent."""
    return _place(services, account, job.target.access, until).import_shard(job)


def verify_shard(
    services: Services, account: ProviderAccount, job: ImportJob, until: float = math.inf
) -> Verified:
    """Raises NotReady until it is done, AgentSilent."""
    return _place(services, account, job.target.access, until).verify_shard(job)


def _place(
    services: Services, account: ProviderAccount, access: dict[str, str], until: float
) -> ShardWork:
    agent_id = access.get("agent")
    if agent_id is not None:
        return ShardsThere(services.providers.courier, account.tenant, agent_id)

    def chunks(line: Line | None) -> ChunkStore:
        whole = services.chunks(account.tenant)
        return (
            whole if line is None else whole.paced(services.paces(account.tenant).of(line, until))
        )

    def mark(job: str) -> TableMark:
        return TableMark(services.store.table, account.tenant, job, services.now)

    return ShardsHere(services.providers.of(account), chunks, mark)
