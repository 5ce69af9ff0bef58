"""The content-addressed chunk store: packs of leaves and manifests, in any object store.

Everything of a tenant lies under its name, sealed with its key::

    <tenant>/packs/<job>/<pack>                 leaves, about 8 MiB (``packs``)
    <tenant>/manifests/<id>/<disk>/<shard>      which leaf is where, a GiB each
    <tenant>/manifests/<id>/<disk>/disk         the disk's own, written last
"""

from __future__ import annotations

from collections.abc import Mapping

from novacron.errors import Corrupted
from novacron.migration.index import ChunkIndex
from novacron.migration.leaves import digest_of
from novacron.migration.manifest import DiskManifest, Entries, Entry, decode, encode, overlaid
from novacron.migration.packer import Packer
from novacron.migration.packs import Packs
from novacron.migration.ports import Objects as Objects
from novacron.migration.sealing import TenantKey


class ChunkStore:
    def __init__(self, objects: Objects, tenant: str, key: TenantKey, index: ChunkIndex) -> None:
        self.objects = objects
        self.tenant = tenant
        self.index = index
        self.manifests = f"{tenant}/manifests"
        self.packs = Packs(objects, tenant, key)
        self.key = key

    def read_leaf(self, entry: Entry, length: int) -> bytes:
        """Raises Corrupted, NotFound."""
        return self.read_leaves({0: entry}, {0: length})[0]

    def read_leaves(
        self, load: Mapping[int, Entry], lengths: Mapping[int, int]
    ) -> dict[int, bytes]:
        """Entries that lie together in one pack, with one request; or zeros. Raises Corrupted,
        NotFound."""
        places = [entry.place for entry in load.values() if entry.place]
        if not places:
            return {index: bytes(lengths[index]) for index in load}
        start = min(place.offset for place in places)
        end = max(place.offset + place.length for place in places)
        data = memoryview(self.packs.read(places[0].pack, start, end))
        return {
            index: self._opened(entry, data[entry.place.offset - start :], lengths[index])
            for index, entry in load.items()
            if entry.place
        }

    def _opened(self, entry: Entry, data: memoryview, length: int) -> bytes:
        assert entry.place is not None
        leaf = self.key.open(data[: entry.place.length], entry.digest)
        if len(leaf) != length or digest_of(leaf) != entry.digest:
            raise Corrupted(f"Leaf {entry.digest.hex()[:16]} is not what it was.")
        return leaf

    def packer(self, job: str) -> Packer:
        """``job``: the same name for every run of the same work."""
        return Packer(self.packs, self.key, self.index, job)

    def put_shard(self, manifest_id: str, disk: int, shard: int, entries: Entries) -> None:
        self._put(self._part(manifest_id, disk, f"{shard:06d}"), encode(entries))

    def get_shard(self, manifest_id: str, disk: int, shard: int) -> Entries:
        """Raises NotFound, Corrupted."""
        return decode(self._get(self._part(manifest_id, disk, f"{shard:06d}")))

    def put_disk(self, manifest: DiskManifest) -> None:
        path = self._part(manifest.id, manifest.disk, "disk")
        self._put(path, manifest.model_dump_json().encode())

    def get_disk(self, manifest_id: str, disk: int) -> DiskManifest:
        """Raises NotFound, Corrupted."""
        data = self._get(self._part(manifest_id, disk, "disk"))
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
