"""Disks that are filled by upload, and VMs that are put together from them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from novacron.errors import Conflict, InvalidSpec, NoCapacity, NotFound, NotReady, Unsupported
from novacron.models.image import BootMode
from novacron.models.transfer import AssembleSpec, Import, TransferState
from novacron.models.vm import VmState
from novacron.models.volume import VolumeClass
from novacron.providers.azure.provider import AzureProvider
from novacron.providers.azure.transfer_vhd import FOOTER_BYTES, footer, uploaded_bytes
from novacron.providers.transfer import LEAF_BYTES
from tests.contract.env_azure import judge
from tests.contract.wire import Exchange, Wire
from tests.unit.providers_azure.conftest import REGION, World
from tests.unit.providers_azure.transfers import GIB, MIB, content, end_all_addresses, filled

PUT_PAGE, VM_PUT = "Blob_PutPage", "VirtualMachines_CreateOrUpdate"
LEAF = b"x" * LEAF_BYTES


@pytest.fixture(scope="module")
def complaints() -> Callable[[Exchange], list[str]]:
    return judge()


@pytest.fixture(autouse=True)
def _as_specified(
    world: World, tmp_path: Path, complaints: Callable[[Exchange], list[str]]
) -> Iterator[None]:
    """What is said to Azure here is held against its specification."""
    wire = Wire(tmp_path / "exchanges.jsonl", complaints)
    world.server.account.switches.exchanges = str(wire.file)
    yield
    world.server.account.switches.exchanges = None
    wire.check(wire.exchanges())


@pytest.fixture
def target(world: World, provider: AzureProvider) -> Iterator[Import]:
    found = filled(world, provider)
    assert found.state is TransferState.OPEN
    yield found
    world.server.account.faults.clear()
    _delete(provider, found)


def _delete(provider: AzureProvider, target: Import) -> None:
    try:
        provider.delete_import(target)
    except NotReady:
        provider.delete_import(target)


def _sealed(provider: AzureProvider, target: Import) -> Import:
    return provider.get_import(provider.seal_import(target, 0))


def test_a_sealed_disk_is_a_fixed_vhd_and_takes_no_more(
    world: World, provider: AzureProvider, tmp_path: Path
) -> None:
    size = 21 * MIB + 700
    target = filled(world, provider, size=size, boot_mode=BootMode.UEFI)
    provider.write(target, 21 * MIB, b"e" * 700)
    provider.write(target, 0, LEAF)
    ready = _sealed(provider, target)
    assert (ready.state, ready.volume_id) == (TransferState.READY, target.id)
    assert provider.read_back(ready, 21 * MIB, 1024) == b"e" * 700 + bytes(324)
    with pytest.raises(Conflict, match="sealed"):
        provider.write(target, 0, LEAF)
    contents = world.server.account.contents
    key = content(world, "disks", target.id)
    vhd = tmp_path / "disk.vhd"
    vhd.write_bytes(contents.read(key, 0, contents.size(key)))
    raw = _as_raw(vhd)
    assert raw == LEAF + bytes(21 * MIB - LEAF_BYTES) + (b"e" * 700).ljust(MIB, b"\0")
    native = provider.compute.disks.get("novacron", target.id)
    assert (native.hyper_v_generation, native.os_type) == ("V2", "Linux")
    _delete(provider, ready)


def _as_raw(vhd: Path) -> bytes:
    out = vhd.with_suffix(".raw")
    subprocess.run(
        ["qemu-img", "convert", "-f", "vpc", "-O", "raw", str(vhd), str(out)], check=True
    )
    return out.read_bytes()


@pytest.mark.parametrize("size", [1, 20 * MIB, 503 * MIB, GIB + 1, 127 * GIB, 2040 * GIB])
def test_qemu_reads_every_size_of_footer_exactly(size: int, tmp_path: Path) -> None:
    whole = uploaded_bytes(size)
    assert whole >= size
    assert whole % MIB == 0
    vhd = tmp_path / "disk.vhd"
    with vhd.open("wb") as file:
        file.truncate(whole)
        file.seek(whole)
        file.write(footer(whole, "one"))
    assert vhd.stat().st_size == whole + FOOTER_BYTES
    told = subprocess.run(
        ["qemu-img", "info", "--output=json", "-f", "vpc", str(vhd)],
        check=True,
        capture_output=True,
    )
    assert json.loads(told.stdout)["virtual-size"] == whole


@pytest.mark.parametrize(
    ("offset", "length"),
    [(0, 4 * MIB + 512), (100, 512), (0, 1000), (512, 4 * MIB + 1), (0, 0)],
)
def test_what_azure_takes_in_no_write_is_never_sent(
    world: World, provider: AzureProvider, target: Import, offset: int, length: int
) -> None:
    world.fault(PUT_PAGE, "InternalError", http_status=500)
    with pytest.raises(InvalidSpec):
        provider.write(target, offset, b"y" * length)
    assert [fault["times"] for fault in world.server.account.faults.as_list()] == [1]


def test_zero_leaves_are_cleared_and_not_sent(
    world: World, provider: AzureProvider, target: Import
) -> None:
    provider.write(target, 0, LEAF * 8)
    provider.write(target, LEAF_BYTES, LEAF + bytes(2 * LEAF_BYTES) + LEAF)
    told = provider.read_back(target, 0, 6 * LEAF_BYTES)
    assert told == LEAF * 2 + bytes(2 * LEAF_BYTES) + LEAF * 2
    held = [(one.offset, one.length) for one in provider.allocated(target, 0, target.size_bytes)]
    assert held == [(0, 2 * LEAF_BYTES), (4 * LEAF_BYTES, 4 * LEAF_BYTES)]


def test_an_address_for_writing_is_asked_for_anew(
    world: World, provider: AzureProvider, target: Import
) -> None:
    provider.write(target, 0, LEAF)
    end_all_addresses(world)
    with pytest.raises(NotReady):
        provider.write(target, 0, LEAF)
    with pytest.raises(NotReady):
        provider.seal_import(target, 1)
    again = provider.get_import(target)
    assert again.state is TransferState.OPEN
    provider.write(again, LEAF_BYTES, LEAF)
    ready = _sealed(provider, again)
    assert provider.read_back(ready, 0, 2 * LEAF_BYTES) == LEAF * 2
    end_all_addresses(world)
    ready = provider.get_import(ready)
    assert provider.read_back(ready, 0, LEAF_BYTES) == LEAF


def test_an_end_that_fails_is_begun_again_without_another_copy(
    world: World, provider: AzureProvider, target: Import
) -> None:
    provider.write(target, 0, LEAF)
    world.fault("Disks_RevokeAccess", "InternalServerError", when="async")
    sealing = provider.seal_import(target, 1)
    assert provider.get_import(sealing).state is TransferState.SEALING
    ready = provider.get_import(sealing)
    assert ready.state is TransferState.READY
    assert provider.seal_import(target, 1).state is TransferState.READY
    assert provider.read_back(ready, 0, LEAF_BYTES) == LEAF


def test_a_boot_disk_is_of_a_kind_that_boots_and_others_are_in_a_zone(
    world: World, provider: AzureProvider
) -> None:
    with pytest.raises(Unsupported):
        filled(world, provider, volume_class=VolumeClass.PERFORMANCE)
    fast = filled(world, provider, index=1, volume_class=VolumeClass.PERFORMANCE)
    assert provider.get_volume(fast.id).zone == "1"
    _delete(provider, fast)
    with pytest.raises(NotFound):
        provider.get_import(fast)


def _spec(**changes: object) -> AssembleSpec:
    told = {"name": "moved", "region": REGION, "instance_type": "Standard_B2s"}
    return AssembleSpec.model_validate({**told, "vcpus": 2, "memory_mib": 4096, **changes})


@pytest.fixture
def disks(world: World, provider: AzureProvider) -> Iterator[list[Import]]:
    found = [_sealed(provider, filled(world, provider, index=n)) for n in range(2)]
    yield found
    world.server.account.faults.clear()
    for disk in found:
        _delete(provider, disk)


def test_a_vm_that_azure_refuses_leaves_the_disks_alone(
    world: World, provider: AzureProvider, disks: list[Import]
) -> None:
    before, owner = world.kinds(), world.owner()
    spec = _spec(private_ip="10.0.1.77")
    with pytest.raises(NotReady, match="taken back"):
        provider.assemble_vm(spec, disks, owner)
    world.fault(VM_PUT, "AllocationFailed", http_status=409)
    with pytest.raises(NoCapacity):
        provider.assemble_vm(spec, disks, owner)
    assert world.kinds() == before
    with pytest.raises(InvalidSpec) as refused:
        provider.assemble_vm(_spec(private_ip="192.168.0.9"), disks, world.owner())
    assert refused.value.field == "private_ip"
    assert world.kinds() == before


def test_a_vm_has_its_address_and_takes_all_with_it_when_deleted(
    world: World, provider: AzureProvider, disks: list[Import]
) -> None:
    before, owner = world.kinds(), world.owner()
    spec = _spec(private_ip="10.0.1.77")
    with pytest.raises(NotReady):
        provider.assemble_vm(spec, disks, owner)
    world.fault(VM_PUT, "InternalServerError", http_status=500, when="after")
    with pytest.raises(Exception, match="injected"):
        provider.assemble_vm(spec, disks, owner)
    vm = provider.assemble_vm(spec, disks, owner)
    assert (vm.state, vm.private_ips) == (VmState.RUNNING, ["10.0.1.77"])
    assert vm.volume_ids == [disk.id for disk in disks]
    with pytest.raises(Conflict):
        provider.assemble_vm(spec, disks[:1], owner)
    assert provider.get_import(disks[0]).state is TransferState.READY
    with pytest.raises(Conflict):
        provider.delete_import(disks[0])
    provider.delete_vm(vm.id)
    for _ in disks:
        before.remove("disks")
    assert world.kinds() == before


def test_a_chosen_address_is_refused_beside_a_public_one(
    world: World, provider: AzureProvider, disks: list[Import]
) -> None:
    with pytest.raises(NotReady):
        provider.assemble_vm(_spec(), disks, world.owner())
    with pytest.raises(Unsupported):
        provider.assemble_vm(_spec(private_ip="10.0.1.9", public_ip=True), disks, world.owner())
    owner = world.owner()
    vm = provider.assemble_vm(_spec(public_ip=True), disks, owner)
    assert len(vm.public_ips) == 1
    provider.delete_vm(vm.id)


def test_a_disk_that_is_not_sealed_is_no_part_of_a_vm(
    world: World, provider: AzureProvider
) -> None:
    target = filled(world, provider)
    with pytest.raises(Conflict):
        provider.assemble_vm(_spec(), [target], world.owner())
    assert provider.get_import(target).state is TransferState.OPEN
    _delete(provider, target)
