"""Connections that wait for their next use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from novacron.providers.libvirt.nbd.client import NbdClient

MOST_IDLE = 16


class Connections:
    """Threads may share it. One that failed is closed, and the oldest are when there are many."""

    def __init__(self) -> None:
        self._idle: list[tuple[str, NbdClient]] = []
        self._lock = Lock()

    @contextmanager
    def lend(self, key: str, make: Callable[[], NbdClient]) -> Iterator[NbdClient]:
        """An idle one of ``key``, or a new one."""
        client = self._take(key) or make()
        try:
            yield client
        except BaseException:
            client.close()
            raise
        with self._lock:
            self._idle.append((key, client))
            over, self._idle = self._idle[:-MOST_IDLE], self._idle[-MOST_IDLE:]
        for _, one in over:
            one.close()

    def close(self, prefix: str) -> None:
        """All whose key starts so."""
        with self._lock:
            gone = [one for one in self._idle if one[0].startswith(prefix)]
            self._idle = [one for one in self._idle if one not in gone]
        for _, client in gone:
            client.close()

    def _take(self, key: str) -> NbdClient | None:
        with self._lock:
            for index in range(len(self._idle) - 1, -1, -1):
                if self._idle[index][0] == key:
                    return self._idle.pop(index)[1]
        return None
