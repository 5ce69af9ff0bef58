"""The content-addressed chunk store: packs of leaves and manifests, in any object store.

Everything of a tenant lies under its name, sealed with its key::

    <tenant>/packs/<job>/<pack>                 leaves, about 8 MiB (``packs``)
    <tenant>/manifests/<id>/<disk>/<shard>      which leaf is where, a GiB each
    <tenant>/manifests/<id>/<disk>/plan         which shards the round copies
    <tenant>/manifests/<id>/<disk>/disk         the disk's own, written last
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeVar

from novacron.errors import Corrupted
from novacron.migration.grains import pasted, size_of
from novacron.migration.index import ChunkIndex
from novacron.migration.leaves import digest_of
from novacron.migration.manifest import (
    DiskManifest,
    Entries,
    Entry,
    Patch,
    Place,
    decode,
    encode,
    overlaid,
)
from novacron.migration.pace import Pace, PacedObjects
from novacron.migration.packer import Packer
from novacron.migration.packs import Packs
from novacron.migration.ports import Objects as Objects
from novacron.migration.sealing import TenantKey
from novacron.migration.spans import where

DISK, PLAN = "disk", "plan"
"""What lies among a disk's shards and is none."""
K = TypeVar("K")


class Kept(NamedTuple):
    """``length`` bytes in the store by their digest; without a place: zeros."""

    digest: bytes
    place: Place | None
    length: int


class ChunkStore:
    def __init__(self, objects: Objects, tenant: str, key: TenantKey, index: ChunkIndex) -> None:
        self.objects = objects
        self.tenant = tenant
        self.index = index
        self.manifests = f"{tenant}/manifests"
        self.packs = Packs(objects, tenant, key)
        self.key = key

    def paced(self, pace: Pace) -> ChunkStore:
        """The same, its packs sent and read as ``pace`` allows."""
        return ChunkStore(PacedObjects(self.objects, pace), self.tenant, self.key, self.index)

    def read_leaf(self, entry: Entry, length: int) -> bytes:
        """Raises Corrupted, NotFound."""
        return self.read_leaves({0: entry}, {0: length})[0]

    def read_leaves(
        self, load: Mapping[int, Entry], lengths: Mapping[int, int]
    ) -> dict[int, bytes]:
        """Leaves, put together of what is kept of them. Raises Corrupted, NotFound."""
        kept = {index: Kept(one.digest, one.place, lengths[index]) for index, one in load.items()}
        leaves = self.read(kept)
        patches = self.read_patches({i: one.patches for i, one in load.items()}, lengths)
        for index, over in patches.items():
            whole = bytearray(leaves[index])
            for mask, data in over:
                pasted(whole, mask, data)
            leaves[index] = bytes(whole)
        return leaves

    def read_patches(
        self, load: Mapping[int, tuple[Patch, ...]], lengths: Mapping[int, int]
    ) -> dict[int, list[tuple[int, bytes]]]:
        """(grains, their bytes) of each patch, for leaves of ``lengths``; leaves without a patch
        are left out. Raises Corrupted, NotFound."""
        named = {(i, n): one for i, patches in load.items() for n, one in enumerate(patches)}
        kept = {
            key: Kept(one.digest, one.place, size_of(one.mask, lengths[key[0]]))
            for key, one in named.items()
        }
        found = self.read(kept)
        read: dict[int, list[tuple[int, bytes]]] = {}
        for key, one in named.items():
            read.setdefault(key[0], []).append((one.mask, found[key]))
        return read

    def read(self, wanted: Mapping[K, Kept]) -> dict[K, bytes]:
        """What lies together in a pack, with one request. Raises Corrupted, NotFound."""
        found = {key: bytes(one.length) for key, one in wanted.items() if one.place is None}
        for some in _together(wanted):
            first, last = wanted[some[0]].place, wanted[some[-1]].place
            assert first is not None
            assert last is not None
            end = last.offset + last.length
            data = memoryview(self.packs.read(first.pack, first.offset, end))
            for key in some:
                found[key] = self._opened(wanted[key], data, first.offset)
        return found

    def _opened(self, kept: Kept, data: memoryview, start: int) -> bytes:
        assert kept.place is not None
        at = kept.place.offset - start
        plain = self.key.open(data[at : at + kept.place.length], kept.digest)
        if len(plain) != kept.length or digest_of(plain) != kept.digest:
            raise Corrupted(f"Leaf {kept.digest.hex()[:16]} is not what it was.")
        return plain

    def packer(self, job: str) -> Packer:
        """``job``: the same name for every run of the same work."""
        return Packer(self.packs, self.key, self.index, job)

    def put_shard(self, manifest_id: str, disk: int, shard: int, entries: Entries) -> None:
        self._put(self._part(manifest_id, disk, f"{shard:06d}"), encode(entries))

    def get_shard(self, manifest_id: str, disk: int, shard: int) -> Entries:
        """Raises NotFound, Corrupted."""
        return decode(self._get(self._part(manifest_id, disk, f"{shard:06d}")))

    def put_plan(self, manifest_id: str, disk: int, shards: list[int]) -> None:
        self._put(self._part(manifest_id, disk, PLAN), json.dumps(shards).encode())

    def get_plan(self, manifest_id: str, disk: int) -> list[int]:
        """Raises NotFound, Corrupted."""
        found: list[int] = json.loads(self._get(self._part(manifest_id, disk, PLAN)))
        return found

    def put_disk(self, manifest: DiskManifest) -> None:
        path = self._part(manifest.id, manifest.disk, DISK)
        self._put(path, manifest.model_dump_json().encode())

    def get_disk(self, manifest_id: str, disk: int) -> DiskManifest:
        """Raises NotFound, Corrupted."""
        data = self._get(self._part(manifest_id, disk, DISK))
        return DiskManifest.model_validate_json(data)

    def view(self, manifest: DiskManifest | None, shard: int) -> Entries:
        """All that is known of a shard. Raises NotFound, Corrupted."""
        if manifest is None or shard not in manifest.shards:
            return {}
        makers = [manifest.lineage[index] for index in manifest.shards[shard].parts]
        return overlaid(self.get_shard(maker, manifest.disk, shard) for maker in makers)

    def pack_path(self, pack: str) -> str:
        return self.packs.path(pack)

    def _part(self, manifest_id: str, disk: int, name: str) -> str:
        return f"{self.manifests}/{manifest_id}/{disk}/{name}"

    def _put(self, path: str, data: bytes) -> None:
        self.objects.put(path, self.key.seal(data, path.encode()))

    def _get(self, path: str) -> bytes:
        return self.key.open(self.objects.get(path), path.encode())


def _together(wanted: Mapping[K, Kept]) -> Iterator[list[K]]:
    """Keys of what lies one behind the other in the same pack."""
    some: list[K] = []
    behind: tuple[str, int] = "", 0
    kept = (key for key, one in wanted.items() if one.place)
    for key in sorted(kept, key=lambda one: where(wanted[one].place)):
        pack, offset, length = where(wanted[key].place)
        if some and (pack != behind[0] or offset > behind[1]):
            yield some
            some = []
        some.append(key)
        behind = pack, offset + length
    if some:
        yield some
