"""Every provider's own world, opened once, and one control plane over all of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from infra.local.stack.ports import ports
from infra.local.stack.services import Service
from novacron.migration import staff
from novacron.migration.context import migration_id
from novacron.migration.control import begin, cut_over
from novacron.migration.shards import ShardsHere
from novacron.migration.workers import Worker
from novacron.models.account import ProviderType
from novacron.models.agent import Outcome
from novacron.models.migration import CreateMigration, Migration, MigrationSpec
from novacron.models.operation import Operation, ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.transfer import Export, ExportedDisk, TransferState
from novacron.models.vm import Vm
from novacron.operations.services import Services
from novacron.operations.steps import first_seen
from novacron.providers.agent import wire
from novacron.providers.aws.provider import AwsProvider
from novacron.providers.base import CloudProvider
from novacron.store.migrations import MigrationStore
from tests.contract import env_libvirt
from tests.contract.env import TENANT, Env
from tests.machine import Held, MigrateVm
from tests.world import ALICE, World, create_table, make_world

WHO = ALICE.model_copy(update={"tenant": TENANT})
KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
WEST = "us-west-2"
NEIGHBOURS = bool(os.environ.get("NOVACRON_ALL_PAIRS"))
"""Whether EC2's other region and a second libvirt host are there too."""
PROVIDERS = ("aws", "gcp", "azure", "libvirt")


@dataclass
class Worlds:
    """``envs``: by account. Time passes in all of them together."""

    world: World
    envs: dict[str, Env]

    @property
    def services(self) -> Services:
        return self.world.services

    def settle(self) -> None:
        for env in self.envs.values():
            env.settle()

    def record(self, account: str, vm: Vm) -> ResourceRecord:
        """The VM as the control plane knows it."""
        where = self.services.store.account(TENANT, account)
        made = first_seen(self.services, where, ResourceKind.VM, f"vm-{vm.name}", vm)
        self.services.store.adopt(made, where.type)
        return made

    def begin(self, vm: ResourceRecord, account: str, **spec: Any) -> Operation:
        env = self.envs[account]
        given = {
            "account_id": account,
            "region": env.region,
            "zone": env.zone,
            "instance_type": env.instance_type,
            "memory_mib": 512,
            **spec,
        }
        asked = CreateMigration(vm_id=vm.id, spec=MigrationSpec.model_validate(given))
        return begin(self.services, WHO, asked, f"{vm.id} {account}", "https://api.test")

    def migration(self, operation: Operation) -> Migration:
        store = MigrationStore(self.services.store.table)
        return store.get(TENANT, migration_id(operation.id))

    def machine(self, operation: Operation) -> MigrateVm:
        now = self.services.store.operation(TENANT, operation.id)
        return MigrateVm(self.services, now, wait=self.settle, looks=400)

    def held(self, operation: Operation) -> None:
        """Run it until it waits for an approval."""
        with pytest.raises(Held):
            self.machine(operation).run()

    def approved(self, operation: Operation) -> Migration:
        cut_over(self.services, WHO, migration_id(operation.id))
        assert self.machine(operation).run() == "Succeeded", self.migration(operation).error
        return self.migration(operation)

    def migrated(self, vm: ResourceRecord, account: str, **spec: Any) -> Migration:
        """Move it, from the request to the end."""
        operation = self.begin(vm, account, **spec)
        assert self.machine(operation).run() == "Succeeded", self.migration(operation).error
        return self.migration(operation)

    def tidied(self, *accounts: str) -> None:
        """Delete the VMs that tests noted as made there."""
        for env in (self.envs[name] for name in accounts):
            while env.made:
                env.deleted(env.provider.delete_vm, env.provider.get_vm, env.made.pop())


class Borrowed:
    """The courier to workers that are played by ``devices``: jobs are carried out at once."""

    def __init__(self, worlds: Worlds) -> None:
        self.worlds = worlds

    def call(self, _tenant: str, agent_id: str, method: str, arguments: dict[str, Any]) -> Outcome:
        job: Any = wire.arguments_of(method).model_validate(arguments).job  # type: ignore[attr-defined]
        env = self.worlds.envs[agent_id]
        moved = job.export if method == "export_shard" else job.target
        player: Any = (env.reader if method == "export_shard" else env.writer) or (lambda _: None)
        shards = ShardsHere(player(moved), lambda _: self.worlds.services.chunks(TENANT))
        return Outcome(value=getattr(shards, method)(job).model_dump(mode="json"))


@pytest.fixture
def worlds(opened: Worlds, monkeypatch: pytest.MonkeyPatch) -> Worlds:
    """For one test: other tests of this process hire workers as the product does."""
    monkeypatch.setattr(staff, "hire", lambda _d, provider, *_: _hired(opened, provider))
    monkeypatch.setattr(staff, "dismiss", lambda *_: None)
    return opened


@pytest.fixture(scope="session")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    folder = tmp_path_factory.mktemp("worlds")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        client = stack.enter_context(_table(folder))
        worlds = Worlds(make_world(client, folder, patch), {})
        providers: dict[str, CloudProvider] = {}
        for name in PROVIDERS:
            module = import_module(f"tests.contract.env_{name}")
            if module.REASON_TO_SKIP is None:
                place = folder / name
                place.mkdir()
                _enter(worlds, stack.enter_context(module.open_env(place)), providers)
        if NEIGHBOURS:
            _enter(worlds, _west(worlds.envs["aws"]), providers)
            if "libvirt" in worlds.envs:
                (folder / "other").mkdir()
                other = stack.enter_context(env_libvirt.open_env(folder / "other"))
                _enter(worlds, replace(other, name="libvirt-other"), providers)
        worlds.services.chunk_store = "memory:///"
        courier: Any = Borrowed(worlds)
        worlds.services.providers.courier = courier
        patch.setattr(worlds.services.providers, "of", lambda account: providers[account.id])
        yield worlds


def _west(env: Env) -> Env:
    """The same EC2 account in another region."""
    assert isinstance(env.provider, AwsProvider)
    account = replace(env.provider.account, region=WEST, regions=(WEST,))
    return replace(
        env,
        name="aws-west",
        provider=AwsProvider(account),
        region=WEST,
        zone=f"{WEST}a",
        made=[],
    )


@contextmanager
def _table(folder: Path) -> Iterator[Any]:
    """In a process of its own: the local EC2 account is moto too, and all of one process's moto
    is one account."""
    port = ports(folder / "ports.json", ["table"])["table"]
    command = [sys.executable, "-m", "moto.server", "-p", str(port)]
    service = Service("table", command, port, folder)
    service.start()
    try:
        yield create_table("novacron", endpoint_url=f"http://127.0.0.1:{port}", **KEYS)
    finally:
        service.kill()


def _enter(worlds: Worlds, env: Env, providers: dict[str, CloudProvider]) -> None:
    worlds.envs[env.name] = env
    providers[env.name] = env.provider
    account = ProviderAccount(
        id=env.name,
        tenant=TENANT,
        name=env.name,
        type=ProviderType(env.name.partition("-")[0]),
        settings={},
        created_at=worlds.world.clock(),
    )
    worlds.services.store.save_account(account)


def _hired(worlds: Worlds, provider: CloudProvider) -> Worker:
    """The environment's own worker, whose agent is named as the account is."""
    [env] = [one for one in worlds.envs.values() if one.provider is provider]
    disk = ExportedDisk(volume_id="none", size_bytes=1, source_id="none")
    lent = env.lend(Export(id="none", vm_id="none", state=TransferState.PENDING, disks=[disk]))
    return Worker(vm_id=lent.access["worker"], agent=env.name)
