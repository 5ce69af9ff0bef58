"""What the chunk store needs of an object store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Protocol


class Objects(Protocol):
    """An object store. What is put is there for every later get and list."""

    def put(self, path: str, data: bytes) -> None: ...

    def get(self, path: str) -> bytes:
        """Raises NotFound."""

    def get_range(self, path: str, offset: int, length: int) -> bytes:
        """Raises NotFound."""

    def list(self, prefix: str) -> Iterator[str]:
        """Paths under a folder, a page at a time."""

    def delete(self, path: str) -> None:
        """What is gone may be deleted again."""


class AgedObjects(Objects, Protocol):
    """One that tells when things were put there."""

    def ages(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """(path, when it was last put) under a folder, a page at a time."""
