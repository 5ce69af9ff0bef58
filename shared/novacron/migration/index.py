"""Which leaves a tenant has in a store already, so that none crosses the wire twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from novacron.migration.manifest import Place


class ChunkIndex(Protocol):
    """Of one tenant and one store. An entry is added after its pack has arrived."""

    def find(self, digests: Collection[bytes]) -> dict[bytes, Place]:
        """Those that are there. Digests are not told to anyone else's index."""

    def add(self, places: Mapping[bytes, Place]) -> None: ...

    def forget(self, digests: Collection[bytes]) -> None:
        """Take entries away before their pack goes."""


class MemoryIndex:
    """For one process: a worker's own, and tests."""

    def __init__(self) -> None:
        self.places: dict[bytes, Place] = {}

    def find(self, digests: Collection[bytes]) -> dict[bytes, Place]:
        return {one: self.places[one] for one in digests if one in self.places}

    def add(self, places: Mapping[bytes, Place]) -> None:
        self.places.update(places)

    def forget(self, digests: Collection[bytes]) -> None:
        for digest in digests:
            self.places.pop(digest, None)
