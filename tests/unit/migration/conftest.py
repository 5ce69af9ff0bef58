"""Two in-memory clouds of one tenant, a VM with two disks on the first, a chunk store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from novacron.migration.control import begin
from novacron.models.account import ProviderType
from novacron.models.migration import CreateMigration, Migration, MigrationSpec
from novacron.models.operation import Operation, ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import VmFilter, VmState
from novacron.providers.base import iterate
from novacron.providers.memory.provider import MemoryProvider
from novacron.providers.transfer import LEAF_BYTES
from novacron.store.migrations import MigrationStore
from tests.machine import MigrateVm
from tests.world import ALICE, World, aws, make_world


@dataclass
class Move:
    """A VM at ``source`` that can be moved to ``target``."""

    world: World
    source: MemoryProvider
    target: MemoryProvider
    vm: ResourceRecord

    def begin(self, key: str = "move", **spec: object) -> Operation:
        given = {"account_id": "acc-2", "region": "local", **spec}
        asked = CreateMigration(vm_id=self.vm.id, spec=MigrationSpec.model_validate(given))
        return begin(self.world.services, ALICE, asked, key)

    def machine(self, operation: Operation) -> MigrateVm:
        now = self.world.services.store.operation(operation.tenant, operation.id)
        return MigrateVm(self.world.services, now)

    def migration(self, operation: Operation) -> Migration:
        store = MigrationStore(self.world.services.store.table)
        return store.get("acme", operation.id.replace("op-", "mig-"))

    def write(self, disk: int, leaf: int, data: bytes) -> None:
        """What the guest does."""
        self.source.write_block(self.volumes()[disk], leaf, data)

    def volumes(self) -> list[str]:
        return self.source.get_vm(self.vm.provider_id or "").volume_ids

    def running(self) -> list[str]:
        """Which sides run the VM, test clones and workers aside."""
        return [
            name
            for name, side in (("source", self.source), ("target", self.target))
            for vm in iterate(side.list_vms, VmFilter())
            if vm.state is VmState.RUNNING and vm.name == self.vm.name
        ]

    def content(self, provider: MemoryProvider, volume_id: str) -> dict[int, bytes]:
        """Leaves that hold anything, whole."""
        with provider.opened():
            blocks = provider.cloud.blocks[volume_id]
            whole = {index: data.ljust(LEAF_BYTES, b"\0") for index, data in blocks.items()}
        return {index: data for index, data in whole.items() if data.strip(b"\0")}


@pytest.fixture
def move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    with aws(monkeypatch, at_once=True) as client:
        yield make_move(in_process(make_world(client, tmp_path, monkeypatch), monkeypatch))


def in_process(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """With its clouds in this process alone, not in files: gigabytes are read back from them."""
    world.provider = MemoryProvider()
    made = {"acc-1": world.provider, "acc-2": MemoryProvider()}
    monkeypatch.setattr(world.services.providers, "of", lambda account: made[account.id])
    return world


def make_move(world: World, root_gib: int = 8) -> Move:
    services = world.services
    services.chunk_store = "memory:///"
    account = ProviderAccount(
        id="acc-2",
        tenant="acme",
        name="elsewhere",
        type=ProviderType.MEMORY,
        settings={"cloud": "elsewhere"},
        created_at=world.clock(),
    )
    services.store.save_account(account)
    target = services.providers.of(account)
    assert isinstance(target, MemoryProvider)
    made = world.create_vm(
        root_disk_gib=root_gib, disks=[{"name": "data", "size_gib": 2}], tags={"app": "shop"}
    )
    world.run()
    vm = services.store.resource("acme", ResourceKind.VM, made.resource_id)
    move = Move(world, world.provider, target, vm)
    for disk, leaf in ((0, 0), (0, 1900), (1, 5), (1, 4095)):
        move.write(disk, leaf, os.urandom(100))
    return move
