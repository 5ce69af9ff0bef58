"""The content-addressed chunk store: packs of leaves and manifests, in any object store.

Everything of a tenant lies under its name, sealed with its key::

    <tenant>/packs/<aa>/<pack>                  leaves, about 8 MiB
    <tenant>/manifests/<id>/<disk>/<shard>      which leaf is where, a GiB each
    <tenant>/manifests/<id>/<disk>/disk         the disk's own, written last

A PUT costs the same whatever its size, so that 8 MiB packs cost 16 times less than leaves.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from threading import Lock
from typing import Protocol

from novacron.errors import Corrupted
from novacron.migration.index import ChunkIndex
from novacron.migration.leaves import digest_of
from novacron.migration.manifest import DiskManifest, Entries, Entry, Place, decode, encode
from novacron.migration.sealing import TenantKey

PACK_BYTES = 8 * 1024 * 1024


class Objects(Protocol):
    """An object store. What is put is there for every later get."""

    def put(self, path: str, data: bytes) -> None: ...

    def get(self, path: str) -> bytes:
        """Raises NotFound."""

    def get_range(self, path: str, offset: int, length: int) -> bytes:
        """Raises NotFound."""

    def list(self, prefix: str) -> Iterator[str]:
        """Paths, a page at a time."""

    def delete(self, path: str) -> None:
        """What is gone may be deleted again."""


class ChunkStore:
    def __init__(self, objects: Objects, tenant: str, key: TenantKey, index: ChunkIndex) -> None:
        self.objects = objects
        self.tenant = tenant
        self.index = index
        self.key = key

    def read_leaf(self, entry: Entry, length: int) -> bytes:
        """Raises Corrupted, NotFound."""
        if entry.place is None:
            return bytes(length)
        place = entry.place
        sealed = self.objects.get_range(self.pack_path(place.pack), place.offset, place.length)
        data = self.key.open(sealed, entry.digest)
        if len(data) != length or digest_of(data) != entry.digest:
            raise Corrupted(f"Leaf {entry.digest.hex()[:16]} is not what it was.")
        return data

    def packer(self) -> Packer:
        return Packer(self)

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

    def lineage(self, manifest: DiskManifest) -> list[DiskManifest]:
        """It and its ancestors, the oldest first."""
        found = [manifest]
        while found[0].parent is not None:
            found.insert(0, self.get_disk(found[0].parent, manifest.disk))
        return found

    def layers(self, lineage: list[DiskManifest], shard: int) -> Iterator[Entries]:
        for manifest in lineage:
            if shard in manifest.own:
                yield self.get_shard(manifest.id, manifest.disk, shard)

    def pack_path(self, pack: str) -> str:
        return f"{self.tenant}/packs/{pack[:2]}/{pack}"

    def _part(self, manifest_id: str, disk: int, name: str) -> str:
        return f"{self.tenant}/manifests/{manifest_id}/{disk}/{name}"

    def _put(self, path: str, data: bytes) -> None:
        self.objects.put(path, self.key.seal(data, path.encode()))

    def _get(self, path: str) -> bytes:
        return self.key.open(self.objects.get(path), path.encode())


class Packer:
    """Collects leaves into packs; threads may share it. ``close`` writes the last pack.

    A leaf has a place once ``place_of`` knows it, after its pack has arrived: what was sent
    before a kill is found in the index and not sent again.
    """

    def __init__(self, store: ChunkStore) -> None:
        self._store, self._lock = store, Lock()
        self._known: dict[bytes, Place] = {}
        self._taken: set[bytes] = set()
        self._waiting: dict[bytes, bytes] = {}
        self._size = 0
        self.sent_bytes = 0

    def know(self, digests: set[bytes]) -> set[bytes]:
        """Those of ``digests`` that need not be read or sent."""
        found = self._store.index.find(digests)
        with self._lock:
            self._known.update(found)
        return set(found)

    def add(self, digest: bytes, leaf: bytes) -> None:
        with self._lock:
            if digest in self._known or digest in self._taken:
                return
            self._taken.add(digest)
        sealed = self._store.key.seal(leaf, digest)
        with self._lock:
            self._waiting[digest] = sealed
            self._size += len(sealed)
            full = self._take() if self._size >= PACK_BYTES else {}
        self._send(full)

    def close(self) -> None:
        with self._lock:
            rest = self._take()
        self._send(rest)

    def place_of(self, digest: bytes) -> Place:
        return self._known[digest]

    def _take(self) -> dict[bytes, bytes]:
        full, self._waiting, self._size = self._waiting, {}, 0
        return full

    def _send(self, leaves: dict[bytes, bytes]) -> None:
        if not leaves:
            return
        pack, places, offset = uuid.uuid4().hex, {}, 0
        for digest, sealed in leaves.items():
            places[digest] = Place(pack, offset, len(sealed))
            offset += len(sealed)
        self._store.objects.put(self._store.pack_path(pack), b"".join(leaves.values()))
        self._store.index.add(places)
        with self._lock:
            self._known.update(places)
            self.sent_bytes += offset
