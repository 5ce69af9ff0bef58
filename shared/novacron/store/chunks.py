"""A tenant's chunk index in the table: which leaf is where in one object store.

A partition takes 1,000 writes a second
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html), so
that a tenant has 256 of them, by the digest's first byte.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping

from novacron.migration.manifest import Place
from novacron.models.base import Model
from novacron.store.table import Table, document


class Kept(Model):
    """A ``Place``."""

    pack: str
    offset: int
    length: int


class TableIndex:
    """``ChunkIndex`` of ``tenant`` in the store that is named ``store``."""

    def __init__(self, table: Table, tenant: str, store: str) -> None:
        self._table = table
        self._pk = f"T#{tenant}#CHUNK#{store}"

    def find(self, digests: Collection[bytes]) -> dict[bytes, Place]:
        keys = {self._key(digest): digest for digest in digests}
        found = self._table.get_many(list(keys), Kept)
        return {keys[key]: Place(one.pack, one.offset, one.length) for key, one in found.items()}

    def add(self, places: Mapping[bytes, Place]) -> None:
        self._table.put_many(
            [document(*self._key(digest), Kept(**vars(place))) for digest, place in places.items()]
        )

    def forget(self, digests: Collection[bytes]) -> None:
        self._table.delete_many([self._key(digest) for digest in digests])

    def _key(self, digest: bytes) -> tuple[str, str]:
        return f"{self._pk}#{digest[0]:02x}", base64.urlsafe_b64encode(digest).decode()
