"""Each tenant's chunk store, in the deployment's one object store."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Sequence
from datetime import timedelta
from functools import cached_property

from novacron.errors import InvalidSpec
from novacron.migration.chunks import ChunkStore
from novacron.migration.messages import SignedUrls, Way
from novacron.migration.objects import ObjectStore, own_store
from novacron.migration.sealing import KEY_BYTES, TenantKey
from novacron.operations.services import SecretStore
from novacron.store.chunks import TableIndex
from novacron.store.table import Table

SECRET = "chunk-key"  # noqa: S105 - a name
LIFE = timedelta(minutes=15)
"""Of a URL: a pack of 8 MiB takes so long at 75 kbit/s."""
_MANIFEST = r"manifests/\w[\w.-]{0,127}/\d{1,4}/"
PATHS = {
    Way.GET: re.compile(
        rf"packs/[0-9a-f]{{16}}/[0-9a-f]{{16}}|{_MANIFEST}(\d{{6}}|disk)", re.ASCII
    ),
    Way.PUT: re.compile(rf"packs/[0-9a-f]{{16}}/[0-9a-f]{{16}}|{_MANIFEST}\d{{6}}", re.ASCII),
}
"""What shard jobs read and write, below the tenant's name; a disk's own manifest is not theirs."""
_BLOB = {"x-ms-blob-type": "BlockBlob"}
"""https://learn.microsoft.com/rest/api/storageservices/put-blob"""


class ChunkStores:
    """``url`` is one of ``migration.objects``; all of a tenant lies under its name there."""

    def __init__(self, url: str, table: Table, secrets: SecretStore) -> None:
        self._url, self._table, self._secrets = url, table, secrets
        self._keys: dict[str, bytes] = {}

    def of(self, tenant: str) -> ChunkStore:
        """Raises Unsupported: this deployment has none."""
        return ChunkStore(self.objects, tenant, TenantKey(self.key(tenant)), self.index(tenant))

    @cached_property
    def objects(self) -> ObjectStore:
        return own_store(self._url, "chunk store")

    def key(self, tenant: str) -> bytes:
        """The tenant's key, made when it is first asked for; of two that make it, one is kept."""
        if tenant not in self._keys:
            new = base64.b64encode(os.urandom(KEY_BYTES)).decode()
            kept = self._secrets.keep_first(tenant, SECRET, {"key": new})
            self._keys[tenant] = base64.b64decode(kept["key"])
        return self._keys[tenant]

    def index(self, tenant: str) -> TableIndex:
        return TableIndex(self._table, tenant, hashlib.sha256(self._url.encode()).hexdigest()[:12])

    def sign(self, tenant: str, way: Way, paths: Sequence[str]) -> SignedUrls:
        """URLs by which anyone may go ``way`` with each of ``paths`` for LIFE.

        Raises InvalidSpec: a path is not one that a shard job of ``tenant`` has to do with.
        """
        for number, path in enumerate(paths):
            owner, _, rest = path.partition("/")
            if owner != tenant or not PATHS[way].fullmatch(rest):
                told = f"{path!r} is nothing that an agent may {way.value}."
                raise InvalidSpec(told, field=f"body.paths.{number}")
        urls = self.objects.sign(way.value.upper(), paths, LIFE)
        blob = way is Way.PUT and self._url.startswith(("az", "abfs"))
        return SignedUrls(
            urls=urls, headers=_BLOB if blob else {}, seconds=int(LIFE.total_seconds())
        )
