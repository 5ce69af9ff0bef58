"""VMs, exports and imports of the local account, and what a guest writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.aws_account.guest import write_volume
from novacron.models.base import Ownership
from novacron.models.transfer import AssembleSpec, Export, Import, ImportSpec
from novacron.models.vm import Vm
from novacron.providers.aws.provider import AwsProvider
from novacron.providers.transfer import LEAF_BYTES
from tests.unit.providers_aws.conftest import REGION, World

GIB = 1024**3
A, B = b"a" * LEAF_BYTES, b"b" * LEAF_BYTES


@contextmanager
def machine(world: World, provider: AwsProvider) -> Iterator[Vm]:
    """A running VM with a root disk and two of 1 GiB."""
    disks = [{"name": name, "size_gib": 1} for name in ("one", "two")]
    made = provider.create_vm(world.spec(disks=disks), world.owner())
    yield provider.get_vm(made.id)
    provider.delete_vm(made.id)


def guest_writes(world: World, volume_id: str, leaf: int, data: bytes) -> None:
    write_volume(world.server.account, volume_id.rpartition("/")[2], leaf * LEAF_BYTES, data)


def exported(world: World, provider: AwsProvider, vm: Vm, since: Export | None = None) -> Export:
    return provider.begin_export(vm.id, since, world.owner())


def touched(provider: AwsProvider, export: Export, disk: int) -> dict[int, bool]:
    """Leaf -> whether it became zeros."""
    size = export.disks[disk].size_bytes
    told = provider.extents(export, disk, 0, size)
    return {one.offset // LEAF_BYTES: one.zero for one in told}


def leaf(provider: AwsProvider, export: Export, disk: int, number: int) -> bytes:
    return provider.read(export, disk, number * LEAF_BYTES, LEAF_BYTES)


def import_spec(**changes: object) -> ImportSpec:
    told = {"name": "moved", "region": REGION, "size_bytes": GIB}
    return ImportSpec.model_validate(told | changes)


def imported(
    world: World,
    provider: AwsProvider,
    leaves: dict[int, bytes],
    owner: Ownership | None = None,
    **changes: object,
) -> Import:
    """A sealed disk."""
    target = provider.begin_import(import_spec(**changes), owner or world.owner())
    for number, data in leaves.items():
        provider.write(target, number * LEAF_BYTES, data)
    return provider.seal_import(target, len(leaves))


def assemble_spec(**changes: object) -> AssembleSpec:
    told = {"name": "moved", "region": REGION, "vcpus": 1, "memory_mib": 256}
    return AssembleSpec.model_validate(told | {"instance_type": "t3.micro"} | changes)
