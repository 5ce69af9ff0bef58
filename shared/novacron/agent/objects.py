"""The chunk store by URLs that the API signs: bytes go straight to object storage and back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Lock

import httpx

from novacron.agent.again import Wait, again
from novacron.agent.client import Client, Transport
from novacron.errors import NotFound, ProviderUnavailable, Unsupported
from novacron.migration.messages import MOST_PATHS, Way

TIMEOUT_S = 60
MARGIN_S = 30
"""A URL that ends sooner is not used any more."""
MOST_KEPT = 4096
REFUSED = (400, 401, 403)
"""An expired URL is 403 at S3 and Azure, 400 at Cloud Storage."""


class SignedObjects:
    """``Objects`` for a shard's job; threads share it and are given their URLs together."""

    def __init__(
        self,
        client: Client,
        transport: Transport = None,
        wait: Wait = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._urls = {way: Urls(client, way, now) for way in Way}
        # httpx follows no redirect: a signed URL is an answer of its host alone.
        self._http = httpx.Client(timeout=TIMEOUT_S, transport=transport)
        self._wait = wait

    def put(self, path: str, data: bytes) -> None:
        self._send(Way.PUT, path, {}, data)

    def get(self, path: str) -> bytes:
        return self._send(Way.GET, path, {}).content

    def get_range(self, path: str, offset: int, length: int) -> bytes:
        asked = {"Range": f"bytes={offset}-{offset + length - 1}"}
        reply = self._send(Way.GET, path, asked)
        if reply.status_code == httpx.codes.PARTIAL_CONTENT:
            return reply.content
        return reply.content[offset : offset + length]  # a server need not know ranges

    def list(self, prefix: str) -> Iterator[str]:  # noqa: ARG002
        raise Unsupported("An agent lists no chunks.")

    def delete(self, path: str) -> None:  # noqa: ARG002
        raise Unsupported("An agent deletes no chunks.")

    def _send(
        self, way: Way, path: str, headers: dict[str, str], data: bytes | None = None
    ) -> httpx.Response:
        urls = self._urls[way]

        def once() -> httpx.Response:
            url, theirs = urls.of(path)
            reply = self._once(way, url, headers | theirs, data)
            if reply.status_code in REFUSED:
                urls.forget(path)
            return _judged(path, reply)

        return again(once, self._wait)

    def _once(
        self, way: Way, url: str, headers: dict[str, str], data: bytes | None
    ) -> httpx.Response:
        try:
            return self._http.request(way.value.upper(), url, headers=headers, content=data)
        except httpx.TransportError as error:
            host = httpx.URL(url).host
            raise ProviderUnavailable(f"Cannot reach {host}: {type(error).__name__}") from error


def _judged(path: str, reply: httpx.Response) -> httpx.Response:
    """Raises NotFound, ProviderUnavailable; no message holds a URL, which is a secret."""
    if reply.status_code == httpx.codes.NOT_FOUND:
        raise NotFound(f"There is no object {path!r}.")
    if not reply.is_success:
        raise ProviderUnavailable(f"Object storage answered {reply.status_code} for {path!r}.")
    return reply


class Urls:
    """Signed URLs of one way, asked for by all threads that want one at once, and kept."""

    def __init__(self, client: Client, way: Way, now: Callable[[], float]) -> None:
        self._client, self._way, self._now = client, way, now
        self._asking, self._lock = Lock(), Lock()
        self._wanted: set[str] = set()
        self._kept: dict[str, tuple[str, float]] = {}
        self._headers: dict[str, str] = {}

    def of(self, path: str) -> tuple[str, dict[str, str]]:
        """(URL, headers to send). Raises ProviderUnavailable, AuthenticationFailed."""
        with self._lock:
            self._wanted.add(path)
        with self._asking:  # who waits here is in ``_wanted`` already, and may find its URL
            if path not in self._kept or self._kept[path][1] < self._now():
                self._ask(path)
            return self._kept[path][0], self._headers

    def forget(self, path: str) -> None:
        with self._asking:
            self._kept.pop(path, None)

    def _ask(self, path: str) -> None:
        with self._lock:
            others, self._wanted = self._wanted - {path}, set()
        at = self._now()
        told = self._client.urls(self._way, [path, *others][:MOST_PATHS])
        if len(self._kept) > MOST_KEPT:
            self._kept.clear()
        until = at + max(told.seconds - MARGIN_S, 1)
        self._kept.update((one, (url, until)) for one, url in told.urls.items())
        self._headers = told.headers
