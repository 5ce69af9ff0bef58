"""Sends leaves to the chunk store, each once."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock

from novacron.errors import Unsupported
from novacron.migration.index import ChunkIndex
from novacron.migration.manifest import Place
from novacron.migration.packs import PACK_BYTES, Packs
from novacron.migration.sealing import TenantKey


class Packer:
    """Collects the leaves of one job into packs; threads may share it. ``close`` sends the rest.

    A leaf has a place once its pack has arrived, and the index is told after that. What a run of
    the job had sent when it was killed, ``adopt`` brings into the index if it is not there.
    """

    def __init__(self, packs: Packs, key: TenantKey, index: ChunkIndex, job: str) -> None:
        self._packs, self._key, self._index, self._job = packs, key, index, job
        self._lock = Lock()
        self._known: dict[bytes, Place] = {}
        self._taken: set[bytes] = set()
        self._waiting: dict[bytes, bytes] = {}
        self._size = 0
        self.sent_bytes = 0

    def adopt(self) -> None:
        """Condemned packs are left alone: somebody may be deleting them. An agent cannot list, and
        sends the one pack again that had arrived without being told of."""
        try:
            packs = self._packs.of_job(self._job)
        except Unsupported:
            return
        for pack in packs:
            there = self._packs.contents(pack)
            known = self._index.find(there)
            self._index.add({digest: there[digest] for digest in there.keys() - known.keys()})

    def add(self, leaves: Mapping[bytes, bytes]) -> None:
        """``leaves``: digest -> leaf; together in a pack as far as they are new."""
        with self._lock:
            asked = leaves.keys() - self._known.keys() - self._taken
            self._taken |= asked
        found = self._index.find(asked) if asked else {}
        new = asked - found.keys()
        sealed = {one: self._key.seal(leaf, one) for one, leaf in leaves.items() if one in new}
        with self._lock:
            self._known.update(found)
            self._waiting.update(sealed)
            self._size += sum(map(len, sealed.values()))
            sealed.clear()
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
        places = self._packs.put(self._job, leaves)
        self._index.add(places)
        with self._lock:
            self._known.update(places)
            self.sent_bytes += sum(place.length for place in places.values())
