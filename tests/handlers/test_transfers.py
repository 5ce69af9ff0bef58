"""Disks from one agent's hosts to another's: bytes by signed URLs, everything else by commands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from novacron.agent.agent import Agent
from novacron.agent.chunks import AgentChunks
from novacron.agent.client import Client
from novacron.agent.identity import Identity
from novacron.agent.journal import Journal
from novacron.errors import NotReady, ProviderUnavailable
from novacron.migration import where
from novacron.migration.manifest import DiskManifest
from novacron.migration.messages import Line
from novacron.migration.shards import ExportJob, ImportJob, ShardsHere
from novacron.migration.transfer import ShardResult, seal_manifest
from novacron.models.account import ProviderType
from novacron.models.bandwidth import MBIT_BYTES, Bandwidth
from novacron.models.base import Ownership
from novacron.models.provider_account import ProviderAccount
from novacron.models.transfer import AssembleSpec, Export, ImportSpec, TransferState
from novacron.models.vm import VmSpec, VmState
from novacron.operations.courier import AgentQueue
from novacron.providers.agent.provider import AgentProvider
from novacron.providers.memory.provider import MemoryProvider
from novacron.providers.transfer import LEAF_BYTES
from novacron.store.agents import AgentStore
from novacron.store.bandwidth import BandwidthStore
from novacron.store.turns import UNUSED_S
from tests.agents import enrolled, serve
from tests.gateway import Gateway
from tests.s3 import STORE, s3
from tests.world import World

T = TypeVar("T")


class Killed(BaseException):
    """What SIGKILL does to a thread: nothing catches it."""


class Wire(httpx.HTTPTransport):
    """The way to S3; counts, and kills at the PUT of a pack whose turn it is."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []
        self.kill_at: int | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        packs = [path for path in self.sent if "/packs/" in path]
        if "/packs/" in request.url.path and len(packs) == self.kill_at:
            raise Killed
        if request.method == "PUT":
            self.sent.append(request.url.path)
        return super().handle_request(request)


@dataclass
class Site:
    """An agent, its hosts, and the account that it is to everybody else."""

    services: Any
    identity: Identity
    folder: Path
    cloud: MemoryProvider
    wire: Wire
    agent: Agent
    account: ProviderAccount
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        """Waiting takes no time here."""
        self.waits.append(seconds)
        self.services.now.at += timedelta(seconds=seconds)

    @property
    def provider(self) -> AgentProvider:
        found = self.services.providers.of(self.account)
        assert isinstance(found, AgentProvider)
        return found

    def start(self) -> None:
        """Its process, begun anew: nothing but its journal is left of the one before."""
        client = Client(self.identity, Gateway())
        chunks = AgentChunks(client, self.identity.tenant, self.wire, wait=self.wait)
        journal = Journal(self.folder / "journal.db")
        shards = ShardsHere(self.cloud, chunks)
        self.agent = Agent(client, journal, self.cloud, self.cloud.health, shards)
        self.agent.turn()

    def done(self, call: Callable[[], T]) -> T:
        with pytest.raises(NotReady):
            call()
        serve(self.agent)
        return call()

    def vm(self) -> str:
        spec = VmSpec(name="web", region="local", image="debian-12")
        vm = self.cloud.create_vm(spec, Ownership(tenant="acme", operation="op-vm"))
        while vm.state is not VmState.RUNNING:
            vm = self.cloud.get_vm(vm.id)
        return vm.id

    def blocks(self, volume_id: str) -> dict[int, bytes]:
        return self.cloud.cloud.blocks[volume_id]


Sites = Callable[[str], Site]


@pytest.fixture
def sites(wired: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sites]:
    services = wired.services
    services.chunk_store = STORE
    services.providers.courier = AgentQueue(AgentStore(services.store.table), services.now)

    def make(name: str) -> Site:
        identity, folder = enrolled(name), tmp_path / name
        folder.mkdir()
        account = ProviderAccount(
            id=f"acc-{name}",
            tenant="acme",
            name=name,
            type=ProviderType.AGENT,
            settings={"agent": identity.agent_id},
            created_at=services.now(),
        )
        no_agent: Any = None
        made = Site(services, identity, folder, MemoryProvider(), Wire(), no_agent, account)
        made.start()
        return made

    with s3(monkeypatch):
        yield make


def _owner(number: int = 1) -> Ownership:
    return Ownership(tenant="acme", operation=f"op-{number}")


def _copy(
    source: Site, target: Site, export: Export, into: Any, since: DiskManifest | None = None
) -> tuple[DiskManifest, ShardResult]:
    parent = since.id if since else None
    job = ExportJob(export=export, disk=0, shard=0, parent=parent)
    result = source.done(lambda: where.export_shard(source.services, source.account, job))
    chunks = source.services.chunks("acme")
    manifest = seal_manifest(chunks, export, 0, since, [result])
    taken = ImportJob(target=into, manifest=manifest.id, disk=0, shard=0, since=parent)
    target.done(lambda: where.import_shard(target.services, target.account, taken))
    return manifest, result


def test_a_disk_moves_from_one_agents_hosts_to_anothers(sites: Sites) -> None:
    source, target = sites("source"), sites("target")
    vm_id = source.vm()
    [volume_id] = source.cloud.get_vm(vm_id).volume_ids
    blocks = source.blocks(volume_id)
    blocks |= {n: os.urandom(LEAF_BYTES) for n in (0, 1, 7, 2047)}
    export = source.done(lambda: source.provider.begin_export(vm_id, None, _owner()))
    size = export.disks[0].size_bytes
    spec = ImportSpec(name="web", region="local", size_bytes=size)
    into = target.done(lambda: target.provider.begin_import(spec, _owner()))
    assert export.access["agent"] == source.identity.agent_id
    assert into.access["agent"] == target.identity.agent_id

    first, result = _copy(source, target, export, into)
    assert result.sent_bytes > 3 * LEAF_BYTES

    assert source.done(lambda: source.provider.fence_vm(vm_id)).state is VmState.SUSPENDED
    blocks[1] = os.urandom(LEAF_BYTES)
    del blocks[7]
    later = source.done(lambda: source.provider.begin_export(vm_id, export, _owner(2)))
    second, result = _copy(source, target, later, into, first)
    assert (result.changed, result.read_bytes) == (2, LEAF_BYTES)

    sealed = target.done(lambda: target.provider.seal_import(into, second.written))
    assert sealed.state is TransferState.READY
    assert target.done(lambda: target.provider.get_import(sealed)).id == sealed.id
    made = AssembleSpec(name="web", region="local", vcpus=1, memory_mib=256)
    vm = target.done(lambda: target.provider.assemble_vm(made, [sealed], _owner()))
    held = target.blocks(vm.volume_ids[0])
    assert {n: leaf for n, leaf in held.items() if leaf.strip(b"\0")} == blocks


def test_an_agent_keeps_to_the_limit_of_its_account(sites: Sites) -> None:
    source, services = sites("source"), sites("target").services
    vm_id = source.vm()
    [volume_id] = source.cloud.get_vm(vm_id).volume_ids
    source.blocks(volume_id).update({n: os.urandom(LEAF_BYTES) for n in range(48)})
    export = source.done(lambda: source.provider.begin_export(vm_id, None, _owner()))
    limits = BandwidthStore(services.store.table)
    limits.keep("acme", source.account.id, Bandwidth(max_mbit_per_second=40))
    line = Line(migration_id="mig-1", account_id=source.account.id)
    job = ExportJob(export=export, disk=0, shard=0, line=line)
    sent = source.done(lambda: where.export_shard(services, source.account, job)).sent_bytes
    assert sent >= 48 * LEAF_BYTES
    # All but the last pack are waited for, and what a second lets through is not.
    least = (sent - 12 * 1024 * 1024) / (40 * MBIT_BYTES) - UNUSED_S
    assert least <= sum(source.waits) <= sent / (40 * MBIT_BYTES)

    limits.keep("acme", source.account.id, Bandwidth(max_mbit_per_second=None))
    source.waits.clear()
    source.start()
    again = job.model_copy(update={"shard": 1})
    source.done(lambda: where.export_shard(services, source.account, again))
    assert source.waits == []


@pytest.mark.parametrize("packs_before", [0, 1, 2])
def test_what_arrived_before_a_kill_is_not_sent_again(sites: Sites, packs_before: int) -> None:
    source = sites("source")
    vm_id = source.vm()
    [volume_id] = source.cloud.get_vm(vm_id).volume_ids
    blocks = source.blocks(volume_id)
    blocks |= {n: os.urandom(LEAF_BYTES) for n in range(100, 180)}
    export = source.done(lambda: source.provider.begin_export(vm_id, None, _owner()))
    job = ExportJob(export=export, disk=0, shard=0)

    def ask() -> ShardResult:
        return where.export_shard(source.services, source.account, job)

    with pytest.raises(NotReady):
        ask()
    source.agent.turn()
    source.wire.kill_at = packs_before
    with pytest.raises(Killed):
        source.agent.work(shards=True)
    source.wire.kill_at = None
    source.start()
    with pytest.raises(NotReady):
        ask()  # the agent says that it has it still
    assert source.agent.work(shards=True)
    source.agent.turn()
    assert ask().changed == 80

    chunks = source.services.chunks("acme")
    places = [entry.place for entry in chunks.get_shard(export.id, 0, 0).values() if entry.place]
    assert len(places) == 80
    kept = {"".join(path.split("/")[-2:]): path for path in chunks.objects.list("acme/packs")}
    assert kept.keys() == {place.pack for place in places}
    for pack in kept:  # each leaf once
        assert len(chunks.packs.contents(pack)) == sum(place.pack == pack for place in places)
    assert len(source.wire.sent) == len(set(source.wire.sent)) == len(kept) + 1

    sent = list(source.wire.sent)
    assert source.done(ask).changed == 80  # the same job again
    assert source.wire.sent == sent


def test_a_vm_is_fenced_while_a_job_waits(sites: Sites) -> None:
    source = sites("source")
    vm_id = source.vm()
    export = source.done(lambda: source.provider.begin_export(vm_id, None, _owner()))
    job = ExportJob(export=export, disk=0, shard=0)
    for call in (
        lambda: where.export_shard(source.services, source.account, job),
        lambda: source.provider.fence_vm(vm_id),
    ):
        with pytest.raises(NotReady):
            call()
    source.agent.turn()
    assert source.agent.work()
    source.agent.turn()
    assert source.provider.fence_vm(vm_id).state is VmState.SUSPENDED


def test_a_job_for_a_deployment_without_a_store_fails(sites: Sites) -> None:
    source = sites("source")
    source.services.chunk_store = ""
    export = source.done(lambda: source.provider.begin_export(source.vm(), None, _owner()))
    job = ExportJob(export=export, disk=0, shard=0)
    with pytest.raises(ProviderUnavailable):
        source.done(lambda: where.export_shard(source.services, source.account, job))


def test_without_an_agent_a_job_is_carried_out_here(sites: Sites, wired: World) -> None:
    cloud = wired.provider
    spec = VmSpec(name="web", region="local", image="debian-12")
    vm = cloud.create_vm(spec, _owner())
    with cloud.opened():
        cloud.cloud.blocks[vm.volume_ids[0]][3] = b"three".ljust(LEAF_BYTES, b"\0")
    sites("unused")
    wired.services.chunk_store = STORE
    job = ExportJob(export=cloud.begin_export(vm.id, None, _owner()), disk=0, shard=0)
    assert where.export_shard(wired.services, wired.account, job).changed >= 1
