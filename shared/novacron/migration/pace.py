"""Disks' bytes on their way into and out of the object store, no faster than their limits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from threading import Lock

from novacron.errors import NotReady
from novacron.migration.messages import MOST_BYTES, Grant, Line
from novacron.migration.ports import Objects

MOST_KEPT = 64
Ask = Callable[[int], Grant]


class Pace:
    """Of one line in this process. All threads share it, and one of them waits at a time: what a
    process has asked for and not sent is then a single turn. What a job leaves of it the next has.

    ``until``, by ``clock``: no wait begins later.
    """

    def __init__(
        self, ask: Ask, sleep: Callable[[float], None], clock: Callable[[], float]
    ) -> None:
        self._ask, self._sleep, self._clock = ask, sleep, clock
        self.until = math.inf
        self._lock = Lock()
        self._left, self._free_until = 0, -math.inf

    def take(self, size: int) -> None:
        """Returns when so many bytes may go. Raises NotReady: not before ``until``; and what
        ``ask`` does."""
        with self._lock:
            while self._left < size and self._clock() >= self._free_until:
                self._wait(size - self._left)
            self._left = max(0, self._left - size)

    def _wait(self, size: int) -> None:
        if self._clock() >= self.until:
            raise NotReady("The bandwidth's limit lets nothing more through for now.")
        grant = self._ask(min(size, MOST_BYTES))
        if grant.wait_seconds > 0:
            self._sleep(grant.wait_seconds)
        self._left += grant.size
        if grant.free_seconds > 0:
            self._free_until = self._clock() + grant.free_seconds


class Paces:
    """Those of a process; ``ask`` for a turn on a line."""

    def __init__(
        self,
        ask: Callable[[Line, int], Grant],
        sleep: Callable[[float], None],
        clock: Callable[[], float],
    ) -> None:
        self._ask, self._sleep, self._clock = ask, sleep, clock
        self._kept: dict[Line, Pace] = {}

    def of(self, line: Line, until: float = math.inf) -> Pace:
        if line not in self._kept:
            if len(self._kept) == MOST_KEPT:
                self._kept.clear()
            self._kept[line] = Pace(partial(self._ask, line), self._sleep, self._clock)
        pace = self._kept[line]
        pace.until = until
        return pace


class PacedObjects:
    """``Objects`` whose packs wait for their turns; manifests, a thousandth of them, do not."""

    def __init__(self, objects: Objects, pace: Pace) -> None:
        self._objects, self._pace = objects, pace

    def put(self, path: str, data: bytes) -> None:
        self._take(path, len(data))
        self._objects.put(path, data)

    def get(self, path: str) -> bytes:
        return self._objects.get(path)

    def get_range(self, path: str, offset: int, length: int) -> bytes:
        self._take(path, length)
        return self._objects.get_range(path, offset, length)

    def list(self, prefix: str) -> Iterator[str]:
        return self._objects.list(prefix)

    def delete(self, path: str) -> None:
        self._objects.delete(path)

    def _take(self, path: str, size: int) -> None:
        if "/packs/" in path:
            self._pace.take(size)
