"""What agents and the API say to each other about the chunk store."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from novacron.migration.manifest import Place
from novacron.models.base import Model, ResourceId

MOST_PATHS = 100
"""A URL has up to 2 KB, API Gateway's answer 10 MB, Lambda's 6 MB."""
MOST_DIGESTS = 100
"""As many as the table reads at once."""
MOST_BYTES = 64 * 1024 * 1024
"""Of a turn: a pack or what is read of it has about 8 MiB."""

Digest = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}=$")]
"""32 bytes as base64url."""


class Way(StrEnum):
    GET = "get"
    PUT = "put"


class WantedUrls(Model):
    """Paths as ``migration.chunks`` names them, the tenant first."""

    method: Way
    paths: list[Annotated[str, Field(max_length=512)]] = Field(min_length=1, max_length=MOST_PATHS)


class SignedUrls(Model):
    """Path -> URL, good for ``seconds``; a PUT is sent with ``headers``."""

    urls: dict[str, str]
    headers: dict[str, str] = {}
    seconds: int


class KnownChunk(Model):
    """A leaf and its ``Place``."""

    digest: Digest
    pack: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    offset: int = Field(ge=0, lt=2**32)
    length: int = Field(gt=0, lt=2**32)

    @classmethod
    def of(cls, digest: bytes, place: Place) -> KnownChunk:
        return cls(digest=as_text(digest), **asdict(place))

    @property
    def entry(self) -> tuple[bytes, Place]:
        return from_text(self.digest), Place(self.pack, self.offset, self.length)


class ChunkNews(Model):
    """``find``: are these there? ``add``: these have arrived."""

    find: list[Digest] = Field(default=[], max_length=MOST_DIGESTS)
    add: list[KnownChunk] = Field(default=[], max_length=MOST_DIGESTS)


class KnownChunks(Model):
    items: list[KnownChunk]

    @classmethod
    def of(cls, places: Mapping[bytes, Place]) -> KnownChunks:
        return cls(items=[KnownChunk.of(*entry) for entry in places.items()])


class Line(Model):
    """What disks' bytes of a job are counted for: its migration, and the account that they come
    from or go to."""

    migration_id: ResourceId
    account_id: ResourceId


class WantedTurn(Model):
    """To send or receive ``size`` bytes of disks; the job of a shard asks for a pack at a time."""

    line: Line
    size: int = Field(ge=1, le=MOST_BYTES)


class Grant(Model):
    """After ``wait_seconds``: ``size`` bytes may go, 0: ask again; or, for ``free_seconds``,
    all that there are."""

    size: int = 0
    wait_seconds: float = 0.0
    free_seconds: float = 0.0


class TransferKey(Model):
    """``key``: the tenant's, 32 bytes as base64."""

    key: str = Field(repr=False)


def as_text(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode()


def from_text(digest: str) -> bytes:
    return base64.urlsafe_b64decode(digest)
