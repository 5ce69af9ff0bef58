"""In-memory clouds whose disks need workers, or an agent of their hosts; agents that can die."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from novacron.errors import NotFound, NotReady
from novacron.migration.shards import ShardsHere
from novacron.models.account import ProviderType
from novacron.models.agent import AgentRecord, Outcome
from novacron.models.base import Ownership
from novacron.models.operation import Operation
from novacron.models.transfer import Export, Import, ImportSpec, TransferState
from novacron.models.vm import Vm, VmFilter, VmSpec, VmState
from novacron.operations.agents import agent_id_of
from novacron.operations.courier import SILENT, AgentQueue
from novacron.providers.agent import wire
from novacron.providers.base import CloudProvider, iterate
from novacron.providers.memory.provider import MemoryProvider
from novacron.providers.workers import AGENT, WORKER, Workers, WorkerSpec
from novacron.store.agents import AgentStore
from tests.machine import MigrateVm
from tests.unit.migration.conftest import Move

M = TypeVar("M", Export, Import)
RACK = "agent-rack"


class Staffed(MemoryProvider, Workers):  # type: ignore[misc] # its workers read and write it
    """Its exports and imports open once a worker has them, and a VM that is deleted is not listed
    any more, as at Google."""

    def start_worker(self, spec: WorkerSpec, owner: Ownership) -> Vm:
        own = owner.model_copy(update={"operation": f"{owner.operation}-{spec.attempt}"})
        wanted = VmSpec(name=spec.name, region=spec.region, image="debian-12")
        return self.create_vm(wanted, own)

    def delete_vm(self, vm_id: str) -> None:
        super().delete_vm(vm_id)
        with self.opened():
            self.cloud.vms.pop(vm_id)

    def begin_export(self, vm_id: str, since: Export | None, owner: Ownership) -> Export:
        made = super().begin_export(vm_id, since, owner)
        return self._lent(made, since.access if since else {})

    def get_export(self, export: Export) -> Export:
        return self._lent(super().get_export(export), export.access)

    def begin_import(self, spec: ImportSpec, owner: Ownership) -> Import:
        return self._lent(super().begin_import(spec, owner), {})

    def get_import(self, target: Import) -> Import:
        return self._lent(super().get_import(target), target.access)

    def _lent(self, moved: M, access: dict[str, str]) -> M:
        if moved.state not in (TransferState.PENDING, TransferState.OPEN):
            return moved
        runs = WORKER in access and self.runs(access[WORKER])
        state = TransferState.OPEN if runs else TransferState.PENDING
        return moved.model_copy(update={"state": state, "access": access if runs else {}})

    def runs(self, vm_id: str) -> bool:
        try:
            return self.get_vm(vm_id).state is VmState.RUNNING
        except NotFound:
            return False


class Hosted(MemoryProvider):
    """Reached through an agent of its own; what is said of it reaches it always."""

    def get_export(self, export: Export) -> Export:
        return super().get_export(export).model_copy(update={"access": {AGENT: RACK}})


@dataclass
class Crew(AgentQueue):
    """Agents that answer at once while they live. ``jobs``: (method, its export or manifest, disk,
    shard) of each that was carried out. ``dies``: whether an agent dies instead of it, by the
    method and how many such jobs there were; ``hangs``: its VM runs on. ``away``: looks until the
    hosts' agent comes back."""

    move: Move
    dies: Callable[[str, int], bool] = lambda _method, _number: False
    hangs: bool = False
    looks_away: int = 3
    jobs: list[tuple[str, str, int, int]] = field(default_factory=list)
    dead: set[str] = field(default_factory=set)
    away: int = 0

    def __post_init__(self) -> None:
        services = self.move.world.services
        self.store = AgentStore(services.store.table)
        super().__init__(self.store, services.now)

    def call(self, tenant: str, agent_id: str, method: str, arguments: dict[str, Any]) -> Outcome:
        self._alive(tenant, agent_id)
        job: Any = wire.arguments_of(method).model_validate(arguments).job  # type: ignore[attr-defined]
        moved = job.export if method == "export_shard" else job.target
        number = sum(name == method for name, *_ in self.jobs)
        if self.dies(method, number):
            self.dies = lambda _method, _number: False
            self._die(moved)
            raise NotReady("The agent has not answered yet.")
        provider = self._beside(moved)
        if isinstance(provider, Staffed) and not provider.runs(moved.access[WORKER]):
            raise NotFound(f"{moved.id} is not attached.")
        self.jobs.append((method, getattr(job, "manifest", moved.id), job.disk, job.shard))
        shards = ShardsHere(provider, lambda _: self.move.world.services.chunks(tenant))
        return wire.run(shards, method, arguments)

    def look(self) -> None:
        """Time passes: whoever lives is heard of."""
        self.move.world.clock.at += timedelta(seconds=5)
        self.away = max(0, self.away - 1)
        for provider in (self.move.source, self.move.target):
            for vm in list(iterate(provider.list_vms, VmFilter())):
                if vm.name.startswith(("ws-", "wt-")) and vm.id not in self.dead:
                    provider.get_vm(vm.id)
                    self._hear(agent_id_of("acme", f"worker/{vm.name}"))
        if not self.away:
            self._hear(RACK)

    def machine(self, operation: Operation) -> MigrateVm:
        machine = self.move.machine(operation)
        machine.wait = self.look
        return machine

    def _cloud(self, moved: Export | Import) -> CloudProvider:
        return self.move.source if isinstance(moved, Export) else self.move.target

    def _beside(self, moved: Export | Import) -> CloudProvider:
        """Who reads and writes there."""
        return self._cloud(moved)

    def _die(self, moved: Export | Import) -> None:
        self.move.world.clock.at += 2 * SILENT
        worker = moved.access.get(WORKER)
        if worker is None:
            self.away = self.looks_away
        elif self.hangs:
            self.dead.add(worker)
        else:
            self._cloud(moved).delete_vm(worker)
        self.look()

    def _hear(self, agent_id: str) -> None:
        try:
            record = self.store.agent("acme", agent_id)
        except NotFound:
            return
        self.store.seen(record.model_copy(update={"last_seen": self._now()}))


def crewed(
    move: Move,
    monkeypatch: pytest.MonkeyPatch,
    source: type[MemoryProvider] = Staffed,
    target: type[MemoryProvider] = Staffed,
) -> Crew:
    """``move`` between clouds of these kinds, which have what its own had."""
    services, crew = move.world.services, Crew(move)
    move.source, move.target = source(move.source.cloud), target(move.target.cloud)
    made = {"acc-1": move.source, "acc-2": move.target}
    monkeypatch.setattr(services.providers, "of", lambda account: made[account.id])
    monkeypatch.setattr(services.providers, "courier", crew)
    if source is Hosted:
        at = services.now()
        crew.store.add(
            AgentRecord(id=RACK, name="rack", created_at=at, tenant="acme", token_expires_at=at)
        )
        account = services.store.account("acme", "acc-1")
        told = {"type": ProviderType.AGENT, "settings": {"agent": RACK}}
        services.store.save_account(account.model_copy(update=told))
    crew.look()
    return crew
