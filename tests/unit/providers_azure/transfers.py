"""A VM whose disks go out, and disks that are filled, for the tests of both."""

from __future__ import annotations

from novacron.models.transfer import Export, Import, ImportSpec
from novacron.models.vm import DiskSpec, Vm
from novacron.providers.azure.provider import AzureProvider
from tests.unit.providers_azure.conftest import REGION, World

MIB = 1024 * 1024
GIB = 1024 * MIB
DATA = 1
Told = list[tuple[int, int, bool]]


def machine(world: World, provider: AzureProvider) -> Vm:
    return provider.create_vm(world.spec(disks=[DiskSpec(name="data", size_gib=1)]), world.owner())


def content(world: World, kind: str, name: str) -> str:
    """The key of the bytes of a disk or snapshot."""
    account = world.server.account
    place = f"{account.root}/resourceGroups/{account.options.resource_group}"
    native = account.store.get(f"{place}/providers/Microsoft.Compute/{kind}/{name}")
    assert native is not None
    return str(native.private["content"])


def guest_writes(world: World, disk: str, offset: int, data: bytes) -> None:
    world.server.account.contents.write(content(world, "disks", disk), offset, data)


def extents(provider: AzureProvider, export: Export, disk: int = DATA) -> Told:
    size = export.disks[disk].size_bytes
    found = provider.extents(export, disk, 0, size)
    return [(one.offset, one.length, one.zero) for one in found]


def end_all_addresses(world: World) -> None:
    """As time does."""
    for grant in world.server.account.grants.values():
        grant["expires"] = 0


def filled(
    world: World, provider: AzureProvider, index: int = 0, size: int = 20 * MIB, **more: object
) -> Import:
    told = {"name": "in", "region": REGION, "index": index, "size_bytes": size, **more}
    return provider.begin_import(ImportSpec.model_validate(told), world.owner())
