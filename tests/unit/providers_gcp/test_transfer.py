"""Exports and imports at Google where things go wrong: nothing twice, mixed up or left to bill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from ipaddress import ip_network
from typing import Any

import pytest

from novacron.errors import (
    Conflict,
    InvalidSpec,
    NoCapacity,
    NotFound,
    NotReady,
    ProviderUnavailable,
    QuotaExceeded,
    Throttled,
    Unsupported,
)
from novacron.models.base import Ownership
from novacron.models.image import BootMode
from novacron.models.transfer import AssembleSpec, Export, Import, ImportSpec, TransferState
from novacron.models.vm import Vm, VmFilter, VmState
from novacron.providers.base import FIRST_PAGE
from novacron.providers.gcp.provider import GcpProvider
from novacron.providers.workers import AGENT, WORKER, WorkerSpec
from tests.unit.providers_gcp.conftest import REGION, ZONE, World

GIB = 1024**3
LOST: dict[str, Any] = {"http_status": 500, "when": "after"}


def _done(call: Callable[[], Any]) -> Any:
    for _ in range(20):
        try:
            return call()
        except NotReady:
            continue
    return call()


@pytest.fixture
def vm(world: World, provider: GcpProvider) -> Iterator[Vm]:
    made = provider.create_vm(world.spec(disks=[{"name": "data", "size_gib": 1}]), world.owner())
    yield made
    _done(lambda: provider.delete_vm(made.id))


@pytest.fixture
def worker(world: World, provider: GcpProvider) -> Iterator[Vm]:
    made = _worker(world, provider)
    yield made
    try:
        _done(lambda: provider.delete_vm(made.id))
    except NotFound:
        return


def _worker(world: World, provider: GcpProvider, **changes: Any) -> Vm:
    told = {"name": "side", "region": REGION, "zone": ZONE, "startup_script": "true", **changes}
    return provider.start_worker(WorkerSpec.model_validate(told), world.owner())


def _lent(moved: Any, worker: Vm) -> Any:
    access = {**moved.access, WORKER: worker.id, AGENT: "agent-1"}
    return moved.model_copy(update={"access": access})


def _open(provider: GcpProvider, moved: Any, worker: Vm) -> Any:
    get: Any = provider.get_export if isinstance(moved, Export) else provider.get_import
    for _ in range(20):
        moved = get(_lent(moved, worker))
        if moved.state is TransferState.OPEN:
            return moved
    raise AssertionError(moved)


def _made(world: World, owner: Ownership) -> list[str]:
    """What bills and carries the operation's label."""
    return [
        path
        for path, body in world.server.project.store.items.items()
        if body.get("labels", {}).get("novacron-operation") == owner.operation
    ]


def _import(world: World, provider: GcpProvider, index: int = 0, **changes: Any) -> Import:
    told = {"name": "disk", "region": REGION, "zone": ZONE, "index": index, "size_bytes": GIB}
    return provider.begin_import(ImportSpec.model_validate(told | changes), world.owner())


def _ready(provider: GcpProvider, target: Import, worker: Vm) -> Import:
    target = _open(provider, target, worker)
    return _done(lambda: provider.seal_import(target, 0))  # type: ignore[no-any-return]


def _assembly(**changes: Any) -> AssembleSpec:
    told = {"name": "moved", "region": REGION, "vcpus": 1, "memory_mib": 1024}
    return AssembleSpec.model_validate(told | {"instance_type": "e2-micro"} | changes)


def test_an_export_leaves_nothing_that_bills(
    world: World, provider: GcpProvider, vm: Vm, worker: Vm
) -> None:
    owner = world.owner()
    export = _open(provider, provider.begin_export(vm.id, None, owner), worker)
    assert len(_made(world, owner)) == 4  # a snapshot and a disk for each of two
    _done(lambda: provider.end_export(export))
    assert [path.split("/")[-2] for path in _made(world, owner)] == ["snapshots"] * 2
    _done(lambda: provider.end_export(export))
    for _ in range(2):
        _done(lambda: provider.delete_export(export))
    assert not _made(world, owner)
    assert not provider.get_vm(worker.id).volume_ids[1:]
    with pytest.raises(NotFound):
        provider.get_export(export)


def test_a_repeat_whose_first_answer_was_lost_makes_nothing_twice(
    world: World, provider: GcpProvider, vm: Vm
) -> None:
    owner = world.owner()
    world.fault("snapshots.insert", "backendError", **LOST)
    with pytest.raises(ProviderUnavailable):
        provider.begin_export(vm.id, None, owner)
    export = provider.begin_export(vm.id, None, owner)
    assert provider.begin_export(vm.id, None, owner) == export
    assert len(_made(world, owner)) == 2
    assert [disk.volume_id for disk in export.disks] == vm.volume_ids
    _done(lambda: provider.delete_export(export))


def test_an_operation_exports_one_vm(world: World, provider: GcpProvider, vm: Vm) -> None:
    owner = world.owner()
    provider.begin_export(vm.id, None, owner)
    snapshot = next(path for path in _made(world, owner)).rpartition("/")[2]
    world.server.project.store.items[f"{world.server.project.root}/global/snapshots/{snapshot}"][
        "labels"
    ]["novacron-spec"] = "another"
    with pytest.raises(Conflict):
        provider.begin_export(vm.id, None, owner)
    for path in _made(world, owner):
        del world.server.project.store.items[path]


@pytest.mark.parametrize(
    ("code", "status", "raised", "left"),
    [
        ("quotaExceeded", 403, QuotaExceeded, 0),  # for good: what was made is removed
        ("rateLimitExceeded", 403, Throttled, 1),  # for now: the same call goes on from it
    ],
)
def test_an_export_that_fails_half_way(
    world: World,
    provider: GcpProvider,
    vm: Vm,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    status: int,
    raised: type[Exception],
    left: int,
) -> None:
    owner, calls = world.owner(), iter(range(2))
    insert = provider.insert

    def second_fails(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == 1:
            world.fault("snapshots.insert", code, http_status=status)
        return insert(*args, **kwargs)

    monkeypatch.setattr(provider, "insert", second_fails)
    with pytest.raises(raised):
        provider.begin_export(vm.id, None, owner)
    monkeypatch.undo()
    assert len(_made(world, owner)) == left
    if left:
        export = provider.begin_export(vm.id, None, owner)
        assert len(_made(world, owner)) == 2
        _done(lambda: provider.delete_export(export))


def test_snapshots_that_are_ready_out_of_order_keep_their_own_moment(
    world: World, provider: GcpProvider, vm: Vm, worker: Vm
) -> None:
    project = world.server.project
    source = project.store.get(f"{project.root}/zones/{ZONE}/disks/{_name(vm.volume_ids[1])}")
    project.switches.transition_describes = 3
    exports: list[Export] = []
    for moment in (b"first.", b"second"):
        project.blocks.write(source["id"], 0, moment)
        since = exports[-1] if exports else None
        exports.append(_done(partial(provider.begin_export, vm.id, since, world.owner())))
    first, second = exports
    later = _open(provider, second, worker)
    assert provider.get_export(first).state is TransferState.PENDING
    earlier = _open(provider, first, worker)
    assert later.disks[1].since_id == earlier.disks[1].source_id
    for export, moment in ((earlier, b"first."), (later, b"second")):
        name = export.disks[1].source_id
        disk = project.store.get(f"{project.root}/zones/{ZONE}/disks/{name}")
        assert project.blocks.read(disk["id"], 0, 6) == moment
    for export in (earlier, later):
        _done(partial(provider.delete_export, export))


def test_an_export_goes_on_with_another_worker(
    world: World, provider: GcpProvider, vm: Vm, worker: Vm
) -> None:
    export = _open(provider, provider.begin_export(vm.id, None, world.owner()), worker)
    provider.delete_vm(worker.id)
    told = provider.get_export(export)
    assert (told.state, told.access) == (TransferState.PENDING, {})
    another = _worker(world, provider)
    export = _open(provider, told, another)
    assert export.access[WORKER] == another.id
    _done(lambda: provider.delete_export(export))
    provider.delete_vm(another.id)


def test_a_disk_that_has_grown_is_told_whole(world: World, provider: GcpProvider, vm: Vm) -> None:
    first = provider.begin_export(vm.id, None, world.owner())
    provider.resize_volume(vm.volume_ids[1], 2)
    instance = world.server.project.store.get(
        f"{world.server.project.root}/zones/{ZONE}/instances/{_name(vm.id)}"
    )
    instance["disks"][1]["diskSizeGb"] = "2"
    second = provider.begin_export(vm.id, first, world.owner())
    assert [disk.since_id is None for disk in second.disks] == [False, True]
    for export in (first, second):
        _done(partial(provider.delete_export, export))


def test_a_worker_must_be_where_the_disks_are(
    world: World, provider: GcpProvider, worker: Vm
) -> None:
    target = _import(world, provider, zone="us-central1-b")
    with pytest.raises(InvalidSpec, match="us-central1-b"):
        provider.get_import(_lent(target, worker))
    _done(lambda: provider.delete_import(target))


def test_a_worker_is_one_whatever_its_token(world: World, provider: GcpProvider) -> None:
    owner = world.owner()
    spec = WorkerSpec(name="side", region=REGION, zone=ZONE, startup_script="secret", attempt="a")
    made = provider.start_worker(spec, owner)
    again = spec.model_copy(update={"startup_script": "two"})
    assert provider.start_worker(again, owner).id == made.id
    other = provider.start_worker(spec.model_copy(update={"attempt": "b"}), owner)
    assert other.id != made.id
    where = VmFilter(tenant=owner.tenant, name="side", operation=owner.operation)
    found = {vm.id for vm in provider.list_vms(where, FIRST_PAGE).items}
    assert found == {made.id, other.id}
    assert "secret" not in repr(spec)
    for vm in (made, other):
        provider.delete_vm(vm.id)


def test_bytes_are_not_read_here(provider: GcpProvider) -> None:
    with pytest.raises(Unsupported, match="worker"):
        provider.read(Export(id="e", vm_id="v", state=TransferState.OPEN), 0, 0, 1)


@pytest.mark.parametrize("mode", BootMode)
def test_a_boot_disk_says_what_its_guest_can_do(
    world: World, provider: GcpProvider, mode: BootMode
) -> None:
    boot = _import(world, provider, boot_mode=mode, size_bytes=GIB + 1)
    data = _import(world, provider, index=1)
    project = world.server.project
    found = [
        project.store.get(f"{project.root}/zones/{ZONE}/disks/{_name(one.id)}")
        for one in (boot, data)
    ]
    features = {feature["type"] for feature in found[0]["guestOsFeatures"]}
    uefi = {"UEFI_COMPATIBLE"} if mode is BootMode.UEFI else set()
    assert features == {"GVNIC", "VIRTIO_SCSI_MULTIQUEUE"} | uefi
    assert "guestOsFeatures" not in found[1]
    assert (found[0]["sizeGb"], boot.size_bytes) == ("2", GIB + 1)
    for one in (boot, data):
        _done(partial(provider.delete_import, one))


def test_an_assembly_that_google_has_no_room_for_keeps_its_disks(
    world: World, provider: GcpProvider, worker: Vm
) -> None:
    disks = [_ready(provider, _import(world, provider, n), worker) for n in range(2)]
    with pytest.raises(InvalidSpec) as wrong:
        provider.assemble_vm(_assembly(private_ip="10.1.1.1"), disks, world.owner())
    assert wrong.value.field == "private_ip"
    owner, spec = world.owner(), _assembly(private_ip=_address(world))
    world.late("instances.insert", "ZONE_RESOURCE_POOL_EXHAUSTED")
    refused = provider.assemble_vm(spec, disks, owner)
    with pytest.raises(NoCapacity):
        provider.check_operation(str(refused.provider_operation))
    for disk in disks:
        assert provider.get_import(disk).state is TransferState.READY
    vm = provider.assemble_vm(spec, disks, owner)
    assert provider.assemble_vm(spec, disks, owner).id == vm.id
    assert provider.get_vm(vm.id).state is VmState.RUNNING
    assert vm.volume_ids == [disk.id for disk in disks]
    assert vm.private_ips == [spec.private_ip]
    for disk in disks:
        with pytest.raises(Conflict):
            provider.delete_import(disk)
    assert provider.seal_import(disks[0], 0) == disks[0]
    with pytest.raises(Conflict):
        provider.assemble_vm(_assembly(name="other"), disks, owner)
    provider.delete_vm(vm.id)
    for disk in disks:  # autoDelete
        with pytest.raises(NotFound):
            provider.get_import(disk)


def test_disks_of_one_worker_are_sealed_together(
    world: World, provider: GcpProvider, worker: Vm
) -> None:
    """A detach that has to wait for another is no error, and is asked for again."""
    disks = [_open(provider, _import(world, provider, n), worker) for n in range(2)]
    world.server.project.switches.transition_describes = 3
    world.late("instances.detachDisk", "internalError", http_status=500)
    disks = [provider.seal_import(disk, 0) for disk in disks]
    assert {disk.state for disk in disks} == {TransferState.SEALING}
    for _ in range(20):
        disks = [provider.get_import(disk) for disk in disks]
    assert {disk.state for disk in disks} == {TransferState.READY}
    for disk in disks:
        _done(partial(provider.delete_import, disk))


def test_an_assembly_needs_sealed_disks_that_are_together(
    world: World, provider: GcpProvider, worker: Vm
) -> None:
    target = _open(provider, _import(world, provider), worker)
    with pytest.raises(Conflict, match="open"):
        provider.assemble_vm(_assembly(), [target], world.owner())
    ready = _done(lambda: provider.seal_import(target, 0))
    with pytest.raises(InvalidSpec, match="disks"):
        provider.assemble_vm(_assembly(zone="us-central1-b"), [ready], world.owner())
    with pytest.raises(InvalidSpec, match="disks"):
        provider.assemble_vm(_assembly(), [], world.owner())
    _done(lambda: provider.delete_import(ready))


def test_a_stale_record_does_not_take_a_disk_from_its_vm(
    world: World, provider: GcpProvider, worker: Vm
) -> None:
    """A seal that happened and whose record was lost, and then a VM that runs on the disk."""
    stale = _open(provider, _import(world, provider), worker)
    ready = _done(lambda: provider.seal_import(stale, 0))
    vm = provider.assemble_vm(_assembly(), [ready], world.owner())
    for call in (provider.get_import, partial(provider.seal_import, written=0)):
        with pytest.raises(Conflict):
            call(stale)
    with pytest.raises(Conflict):
        provider.delete_import(stale)
    assert provider.get_vm(vm.id).volume_ids == [stale.id]
    provider.delete_vm(vm.id)


def _address(world: World) -> str:
    """The hundredth of the default network's subnet there."""
    project = world.server.project
    subnet = project.store.get(f"{project.root}/regions/{REGION}/subnetworks/default")
    return str(ip_network(subnet["ipCidrRange"])[100])


def _name(resource_id: str) -> str:
    return resource_id.rpartition("/")[2]
