"""The tenant's chunk store as agents reach it: key and index over the API, bytes beside it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import TypeVar

from novacron.agent.again import Wait, again
from novacron.agent.client import Client, Transport
from novacron.agent.objects import SignedObjects
from novacron.errors import Unsupported
from novacron.migration.chunks import ChunkStore
from novacron.migration.manifest import Place
from novacron.migration.messages import (
    MOST_DIGESTS,
    ChunkNews,
    Grant,
    KnownChunk,
    Line,
    as_text,
)
from novacron.migration.pace import Paces
from novacron.migration.sealing import TenantKey

T = TypeVar("T")


class ApiIndex:
    """``ChunkIndex`` of the agent's tenant."""

    def __init__(self, client: Client, wait: Wait = time.sleep) -> None:
        self._client, self._wait = client, wait

    def find(self, digests: Collection[bytes]) -> dict[bytes, Place]:
        found: dict[bytes, Place] = {}
        for some in _batches(digests):
            found |= self._tell(ChunkNews(find=[as_text(one) for one in some]))
        return found

    def add(self, places: Mapping[bytes, Place]) -> None:
        for some in _batches(places.items()):
            self._tell(ChunkNews(add=[KnownChunk.of(*one) for one in some]))

    def forget(self, digests: Collection[bytes]) -> None:  # noqa: ARG002
        raise Unsupported("An agent forgets no chunks.")

    def _tell(self, news: ChunkNews) -> dict[bytes, Place]:
        reply = again(lambda: self._client.chunks(news), self._wait)
        return dict(one.entry for one in reply.items)


class AgentChunks:
    """Calling it gives the chunk store; the tenant's key is asked for once, and never kept."""

    def __init__(
        self, client: Client, tenant: str, transport: Transport = None, wait: Wait = time.sleep
    ) -> None:
        self._client, self._tenant, self._wait = client, tenant, wait
        self._objects = SignedObjects(client, transport, wait)
        self._paces = Paces(self._turn, wait, time.monotonic)

    def __call__(self, line: Line | None) -> ChunkStore:
        """For a job of ``line``. Raises AuthenticationFailed, ProviderUnavailable."""
        index = ApiIndex(self._client, self._wait)
        whole = ChunkStore(self._objects, self._tenant, self._key, index)
        return whole if line is None else whole.paced(self._paces.of(line))

    def _turn(self, line: Line, size: int) -> Grant:
        return again(lambda: self._client.turn(line, size), self._wait)

    @cached_property
    def _key(self) -> TenantKey:
        return TenantKey(again(self._client.transfer_key, self._wait))


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    left = iter(items)
    while some := list(islice(left, MOST_DIGESTS)):
        yield some
