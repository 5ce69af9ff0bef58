"""A VM from one region to another of the same account, through the chunk store, in two rounds."""

from __future__ import annotations

from hashlib import sha256

from novacron.migration.chunks import ChunkStore
from novacron.migration.index import MemoryIndex
from novacron.migration.leaves import shard_count
from novacron.migration.manifest import DiskManifest
from novacron.migration.objects import ObjectStore
from novacron.migration.sealing import TenantKey
from novacron.migration.transfer import export_shard, import_shard, seal_manifest
from novacron.models.transfer import Export, Import, TransferState
from novacron.providers.aws.provider import AwsProvider
from novacron.providers.transfer import LEAF_BYTES
from tests.unit.providers_aws.conftest import SECOND, World
from tests.unit.providers_aws.disks import (
    A,
    B,
    assemble_spec,
    exported,
    guest_writes,
    import_spec,
    machine,
)


def _round(
    provider: AwsProvider,
    chunks: ChunkStore,
    export: Export,
    targets: list[Import],
    parents: list[DiskManifest | None],
) -> list[DiskManifest]:
    manifests = []
    for disk, target in enumerate(targets):
        parent, shards = parents[disk], range(shard_count(export.disks[disk].size_bytes))
        results = [export_shard(provider, chunks, export, disk, n, parent) for n in shards]
        manifests.append(seal_manifest(chunks, export, disk, parent, results))
        since = parent.id if parent else None
        for number in shards:
            import_shard(chunks, provider, target, manifests[-1], number, since)
    return manifests


def _content(world: World, volume_id: str) -> dict[int, str]:
    """Block -> SHA-256 of its bytes, without those that are zeros."""
    blocks = world.server.account.maps.blocks(volume_id.rpartition("/")[2])
    zeros = sha256(bytes(LEAF_BYTES)).hexdigest()
    return {index: digest for index, digest in blocks if digest != zeros}


def test_every_byte_arrives_in_the_other_region(world: World) -> None:
    provider = world.provider(regions=SECOND)
    chunks = ChunkStore(
        ObjectStore.at("memory:///"), "acme", TenantKey(bytes(range(32))), MemoryIndex()
    )
    with machine(world, provider) as vm:
        guest_writes(world, vm.volume_ids[0], 2047, A)
        guest_writes(world, vm.volume_ids[1], 3, A)
        first = exported(world, provider, vm)
        targets = [
            provider.begin_import(
                import_spec(region=SECOND, index=index, size_bytes=disk.size_bytes), world.owner()
            )
            for index, disk in enumerate(first.disks)
        ]
        manifests = _round(provider, chunks, first, targets, [None] * 3)
        guest_writes(world, vm.volume_ids[1], 3, bytes(LEAF_BYTES))
        guest_writes(world, vm.volume_ids[2], 9, B)
        second = exported(world, provider, vm, first)
        manifests = _round(provider, chunks, second, targets, list(manifests))
        sealed = [
            provider.seal_import(target, manifest.written)
            for target, manifest in zip(targets, manifests, strict=True)
        ]
        assert {one.state for one in sealed} == {TransferState.READY}
        there = provider.assemble_vm(assemble_spec(region=SECOND), sealed, world.owner())
        assert all(one.startswith(f"{SECOND}/") for one in (there.id, *there.volume_ids))
        for here_id, there_id in zip(vm.volume_ids, there.volume_ids, strict=True):
            assert _content(world, there_id) == _content(world, here_id)
        assert len(_content(world, there.volume_ids[2])) == 1
        provider.delete_vm(there.id)
        for one in sealed:
            provider.delete_import(one)
        for export in (first, second):
            provider.delete_export(export)
