"""Exercises of the functions that migrate VMs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from novacron.models.base import Ownership
from novacron.models.migration import Migration, Phase, Round
from novacron.models.operation import ResourceKind
from novacron.models.transfer import Export, ExportedDisk, ImportSpec, TransferState
from novacron.models.vm import VmSpec
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.migrations import MigrationStore
from tests.handlers.spending import respend
from tests.handlers.stage import AZURE, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

AWAY = {"account_id": "acc-azure", "region": AZURE["region"]}
ITEM = {"disk": 0, "shards": [0]}
OWNER = Ownership(tenant="acme", operation="op-moving")


def create(stage: Stage) -> None:
    """Once with success, and once against the lock that the first has taken."""
    stage.on_azure()
    body = {"vm_id": stage.record(ResourceKind.VM), "spec": AWAY}
    stage.http("POST", "/migrations", 202, body, key="first")
    stage.http("POST", "/migrations", 409, body, key="second")


def reading(path: str) -> Callable[[Stage], None]:
    def exercise(stage: Stage) -> None:
        stage.http("GET", path.format(id=_away(stage).id), 200)

    return exercise


def steering(verb: str) -> Callable[[Stage], None]:
    """Of one that waits for a person, and of one that has ended."""

    def exercise(stage: Stage) -> None:
        waits = _away(stage)
        store = MigrationStore(stage.services.store.table)
        store.ask("acme", waits.id, lambda now: now.model_copy(update={"token": "t" * 100}))
        stage.http("POST", f"/migrations/{waits.id}/{verb}", 202, key="first")
        store.save(waits.model_copy(update={"phase": Phase.COMPLETED}))
        stage.http("POST", f"/migrations/{waits.id}/{verb}", 409, key="second")

    return exercise


def migrate(stage: Stage) -> None:
    """A source to stop in each kind of account, a manifest to write, a wait to end."""
    aws, agent, azure = stage.everywhere()
    for place in (aws, agent, azure):
        native = stage.instance() if place is aws else "vm-1"
        stage.record(ResourceKind.VM, native, place)
        other = aws if place is not aws else azure
        stage.migrate("migrate", stage.moving(place, other), "fence")
    moving = _here(stage)
    stage.migrate("migrate", moving, "seal_manifests")  # nothing is copied yet
    stage.migrate("transfer", moving, "copy_shards", item=ITEM)
    stage.migrate("migrate", moving, "seal_manifests")
    store = MigrationStore(stage.services.store.table)
    store.ask("acme", moving.id, lambda now: now.model_copy(update={"approved": True}))
    stage.migrate("migrate", moving, "hold", token="t" * 100)


def transfer(stage: Stage) -> None:
    """A shard copied in parts, one of them before its index was told, and written at the target;
    and one of each kind of account that has no such disk."""
    moving = _here(stage)
    stage.migrate("transfer", moving, "copy_shards", item=ITEM)
    chunks = stage.services.chunks("acme")
    chunks.objects.delete(f"acme/manifests/{moving.exports[0].id}/0/000000")
    for pack in {"".join(path.split("/")[-2:]) for path in chunks.objects.list("acme/packs")}:
        chunks.index.forget(chunks.packs.contents(pack).keys())
    stage.migrate("transfer", moving, "copy_shards", item=ITEM)
    stage.migrate("migrate", moving, "seal_manifests")
    stage.migrate("transfer", moving, "apply_shards", item=ITEM)
    aws, agent, azure = stage.everywhere()
    for place in (aws, agent, azure):
        stage.record(ResourceKind.VM, "vm-1", place)
        other = aws if place is not aws else azure
        lost = stage.moving(place, other, **_round(_nowhere(stage, place is agent)))
        stage.migrate("transfer", lost, "copy_shards", item=ITEM)


def collect(stage: Stage) -> None:
    """What a migration that has ended left: condemned by one run, deleted by the next; and what
    a bill replaced."""
    stage.services.chunk_store = "memory:///"
    respend(stage)
    stage.invoke("functions.schedules.collect_chunks", {})  # the first to need the key
    moving = _here(stage)
    stage.migrate("transfer", moving, "copy_shards", item=ITEM)
    store = MigrationStore(stage.services.store.table)
    store.save(moving.model_copy(update={"phase": Phase.COMPLETED}))
    stage.world.clock.at = datetime(2040, 1, 1, tzinfo=UTC)
    for _ in range(2):
        stage.services.stores._keys.clear()
        stage.invoke("functions.schedules.collect_chunks", {})
    stage.unexpected += stage.services.stores.objects.list("acme/packs")
    if len({Path(path).parent for path in stage.services.costs.list("acme")}) > 1:
        stage.unexpected.append("replaced costs")


def _away(stage: Stage) -> Migration:
    stage.on_azure()
    stage.record(ResourceKind.VM)
    here = stage.everywhere()
    return stage.moving(here[0], here[2])


def _here(stage: Stage) -> Migration:
    """Between two in-memory clouds, its first round begun."""
    stage.services.chunk_store = "memory:///"
    source, target = stage.on_memory("source"), stage.on_memory("target")
    clouds = []
    for place in (source, target):
        found = stage.services.providers.of(stage.services.store.account("acme", place.account))
        assert isinstance(found, MemoryProvider)
        clouds.append(found)
    spec = VmSpec(name="web", region=source.region, image="debian-12", root_disk_gib=1)
    vm = clouds[0].create_vm(spec, OWNER)
    clouds[0].write_block(vm.volume_ids[0], 7, b"something")
    stage.record(ResourceKind.VM, vm.id, source)
    export = clouds[0].begin_export(vm.id, None, OWNER)
    disk = ImportSpec(name="web", region=target.region, size_bytes=export.disks[0].size_bytes)
    return stage.moving(
        source, target, imports=[clouds[1].begin_import(disk, OWNER)], **_round(export)
    )


def _nowhere(stage: Stage, agent: bool) -> Export:
    disk = ExportedDisk(volume_id="vol-1", size_bytes=2**30, source_id="snap-0123456789abcdef0")
    access = (
        {"agent": stage.services.store.account("acme", "acc-agent").settings["agent"]}
        if agent
        else {}
    )
    return Export(id="exp-1", vm_id="vm-1", state=TransferState.OPEN, disks=[disk], access=access)


def _round(export: Export) -> dict[str, Any]:
    first = Round(number=1, export_id=export.id, started_at=datetime.now(UTC))
    return {"exports": [export], "rounds": [first]}


EXERCISES: dict[str, Callable[[Stage], None]] = {
    "migrations.cancel": steering("cancel"),
    "migrations.create": create,
    "migrations.cut_over": steering("cut-over"),
    "migrations.get": reading("/migrations/{id}"),
    "migrations.list": reading("/migrations"),
    "migrations.pause": steering("pause"),
    "migrations.resume": steering("resume"),
    "schedules.collect_chunks": collect,
    "steps.migrate": migrate,
    "steps.transfer": transfer,
}
