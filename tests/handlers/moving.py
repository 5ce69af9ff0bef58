"""Exercises of the functions that migrate VMs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from novacron.migration.waves import begin_wave
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.migration import Migration, Phase, Round
from novacron.models.operation import ResourceKind
from novacron.models.transfer import Export, ExportedDisk, ImportSpec, TransferState
from novacron.models.vm import VmSpec
from novacron.models.wave import CreateWave, Move, MoveState, Wave
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.migrations import MigrationStore
from novacron.store.waves import WaveStore
from tests.handlers.spending import at_athena, respend
from tests.handlers.stage import ADMIN, AZURE, Stage

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
        waits, store = _waiting(stage), MigrationStore(stage.services.store.table)
        stage.http("POST", f"/migrations/{waits.id}/{verb}", 202, key="first")
        store.save(waits.model_copy(update={"phase": Phase.COMPLETED}))
        stage.http("POST", f"/migrations/{waits.id}/{verb}", 409, key="second")

    return exercise


def roll_back(stage: Stage) -> None:
    """Of one that waits for a person, and of one that was committed, whose VM is free."""
    waits = _waiting(stage)
    url = f"/migrations/{waits.id}/roll-back"
    stage.http("POST", url, 202, {}, key="first")
    told = {"marks": {"committed": waits.created_at}, "new_vm_id": waits.vm_id}
    store = MigrationStore(stage.services.store.table)
    store.save(waits.model_copy(update={"phase": Phase.COMPLETED, **told}))
    stage.http("POST", url, 409, {}, key="second")
    records = stage.services.store
    vm = records.resource("acme", ResourceKind.VM, waits.vm_id)
    records.save_resource(vm.model_copy(update={"running_operation": None}), ProviderType.AWS)
    stage.http("POST", url, 202, {"lose_writes": True}, key="third")


def limit(stage: Stage) -> None:
    """Of one that waits for a person, and of one that is not there."""
    body = {"max_mbit_per_second": 100}
    stage.http("PUT", f"/migrations/{_waiting(stage).id}/bandwidth", 200, body, key="first")
    stage.http("PUT", "/migrations/mig-none/bandwidth", 404, body, key="second")


def create_wave(stage: Stage) -> None:
    """Once with success, and once of a VM that is not there."""
    stage.on_azure()
    move = {"vm_id": stage.record(ResourceKind.VM), "spec": AWAY}
    stage.http("POST", "/waves", 202, {"name": "first", "moves": [move]}, key="first")
    lost = {"name": "other", "moves": [{**move, "vm_id": "vm-none"}]}
    stage.http("POST", "/waves", 404, lost, key="second")


def get_wave(stage: Stage) -> None:
    stage.http("GET", f"/waves/{begun_wave(stage, _waiting(stage))}", 200)


def steer_wave(stage: Stage) -> None:
    """One whose migration waits for a person, and one that is cancelled already."""
    wave = begun_wave(stage, _waiting(stage))
    for verb, status in (("resume", 202), ("cancel", 202), ("pause", 409)):
        stage.http("POST", f"/waves/{wave}/{verb}", status, key=verb)


def advance_wave(stage: Stage) -> None:
    """One that was cancelled while its migration waits, and one that begins its first."""
    waits = _waiting(stage)
    cancelled = begun_wave(stage, waits, cancelled=True)
    stage.invoke("functions.steps.wave", {"operation": _step(cancelled)}, fails=True)
    records = stage.services.store
    vm = records.resource("acme", ResourceKind.VM, waits.vm_id)
    records.save_resource(vm.model_copy(update={"running_operation": None}), ProviderType.AWS)
    spec = waits.spec
    asked = CreateWave(name="second", moves=[Move(vm_id=waits.vm_id, spec=spec)])
    operation = begin_wave(stage.services, ADMIN, asked, "second wave")
    stage.forget_adapter()
    stage.invoke("functions.steps.wave", {"operation": _step(operation.resource_id)}, fails=True)


def _step(wave: str) -> dict[str, str]:
    return {"tenant": "acme", "operation_id": wave.replace("wave-", "op-")}


def begun_wave(stage: Stage, moving: Migration, **told: Any) -> str:
    """A wave of one move, which is under way."""
    asked = CreateWave(name="first", moves=[Move(vm_id=moving.vm_id, spec=moving.spec)])
    wave_id = begin_wave(stage.services, ADMIN, asked, "first wave").resource_id
    store = WaveStore(stage.services.store.table)
    begun = {"state": MoveState.MOVING, "migration_id": moving.id}

    def under_way(wave: Wave) -> Wave:
        return wave.model_copy(update={"moves": [wave.moves[0].model_copy(update=begun)], **told})

    return store.change("acme", wave_id, under_way).id


def _waiting(stage: Stage) -> Migration:
    """For a person."""
    waits = _away(stage)
    store = MigrationStore(stage.services.store.table)
    store.ask("acme", waits.id, lambda now: now.model_copy(update={"token": "t" * 100}))
    return waits


def migrate(stage: Stage) -> None:
    """A source to stop in each kind of account, a manifest to write, a wait to end."""
    aws, agent, azure = stage.everywhere()
    for place in (aws, agent, azure):
        native = stage.instance() if place is aws else "vm-1"
        stage.record(ResourceKind.VM, native, place)
        other = aws if place is not aws else azure
        stage.migrate("migrate", stage.moving(place, other), "fence")
    moving = _here(stage)
    stage.migrate("migrate", moving, "seal_manifests")  # nothing is planned yet
    stage.migrate("migrate", moving, "plan_copy")
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
    at_athena(stage.services)
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
    "migrations.limit": limit,
    "migrations.list": reading("/migrations"),
    "migrations.pause": steering("pause"),
    "migrations.resume": steering("resume"),
    "migrations.roll_back": roll_back,
    "schedules.collect_chunks": collect,
    "steps.migrate": migrate,
    "steps.transfer": transfer,
    "steps.wave": advance_wave,
    "waves.create": create_wave,
    "waves.get": get_wave,
    "waves.steer": steer_wave,
}
