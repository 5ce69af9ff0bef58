"""Object stores through obstore: S3, Azure Blob, Cloud Storage, a local directory, memory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import AzureStore, GCSStore, S3Store, from_url

from novacron.errors import NotFound, Unsupported


class ObjectStore:
    """One bucket or folder of it."""

    def __init__(self, store: Any) -> None:
        self._store = store

    @classmethod
    def at(cls, url: str, **config: Any) -> Self:
        """``s3://bucket/prefix``, ``az://``, ``gs://``, ``file:///folder`` or ``memory:///``.

        ``config`` is obstore's for that scheme; credentials come from the environment else.
        """
        if url.startswith("file:"):
            config.setdefault("mkdir", True)
        return cls(from_url(url, **config))

    def sign(self, method: str, paths: Sequence[str], life: timedelta) -> dict[str, str]:
        """Path -> URL that lets its holder do ``method`` (GET, PUT) for ``life``.

        Raises Unsupported: a folder and memory can sign nothing.
        """
        if not isinstance(self._store, S3Store | AzureStore | GCSStore):
            raise Unsupported("This store is no object storage: it gives no links.")
        named: Any = method
        return dict(zip(paths, obstore.sign(self._store, named, paths, life), strict=True))

    def put(self, path: str, data: bytes) -> None:
        obstore.put(self._store, path, data)

    def put_file(self, path: str, file: Path) -> None:
        """A part of it in memory."""
        obstore.put(self._store, path, file)

    def get(self, path: str) -> bytes:
        try:
            return bytes(obstore.get(self._store, path).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            raise NotFound(f"There is no object {path!r}.") from error

    def get_range(self, path: str, offset: int, length: int) -> bytes:
        try:
            return bytes(obstore.get_range(self._store, path, start=offset, length=length))
        except (NotFoundError, FileNotFoundError) as error:
            raise NotFound(f"There is no object {path!r}.") from error

    def list(self, prefix: str) -> Iterator[str]:
        return (path for path, _ in self.ages(prefix))

    def ages(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        for page in obstore.list(self._store, prefix):
            for entry in page:
                yield entry["path"], entry["last_modified"]

    def delete(self, path: str) -> None:
        try:
            obstore.delete(self._store, path)
        except (NotFoundError, FileNotFoundError):
            return


def own_store(url: str, name: str) -> ObjectStore:
    """The deployment's own, a local stack's among them. Raises Unsupported: ``url`` is empty."""
    if not url:
        raise Unsupported(f"This deployment has no {name}.")
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
    if url.startswith("s3:") and endpoint.startswith("http:"):  # a local stack's S3 has no TLS
        return ObjectStore.at(url, endpoint=endpoint, client_options={"allow_http": True})
    return ObjectStore.at(url)
