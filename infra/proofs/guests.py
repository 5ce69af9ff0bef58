"""Two libvirt hosts, and a real guest that writes numbered records and says which are written."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from threading import Event, Lock, Thread
from typing import BinaryIO

from infra.local.onprem import guest, host
from novacron.models.vm import DiskSpec, VmSpec

LOOK_S = 0.01
PATIENCE_S = 120.0
ADDRESSES = ("10.123.0.1", "10.123.0.2")


@contextmanager
def two_hosts(folder: Path) -> Iterator[tuple[host.Host, host.Host]]:
    """RuntimeError: they cannot be had here."""
    reason = host.missing()
    if reason is not None:
        raise RuntimeError(reason)
    with ExitStack() as stack:
        first = host.start(folder / "a", "rack-a", ADDRESSES[0])
        stack.callback(first.stop)
        pool = folder / "b" / "pool"
        pool.mkdir(parents=True, exist_ok=True)
        if not (pool / host.IMAGE).exists():
            os.link(first.folder / "pool" / host.IMAGE, pool / host.IMAGE)
        second = host.start(folder / "b", "rack-b", ADDRESSES[1])
        stack.callback(second.stop)
        yield first, second


def writer(**more: str) -> VmSpec:
    """A guest that writes records to its data disk."""
    return VmSpec(
        name="writer",
        region="onprem",
        image=host.IMAGE,
        memory_mib=128,
        disks=[DiskSpec(name="data", size_gib=1)],
        user_data=f"#!/bin/sh\n{guest.WRITE}",
    ).model_copy(update=more)


@dataclass
class Console:
    """Reads a guest's console as it grows, and when each record was acknowledged (monotonic).

    ``before``: the console of the host from which it moves: what that one's last line lacks is
    the start of this one's first.
    """

    path: Path
    before: Console | None = None
    wrote: dict[int, float] = field(default_factory=dict)
    rest: bytes = b""
    _file: BinaryIO = field(default_factory=BytesIO)
    _one: Lock = field(default_factory=Lock)
    _over: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def __enter__(self) -> Console:
        self._thread = Thread(target=self._follow, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        assert self._thread is not None
        self._thread.join()

    @property
    def last(self) -> int:
        return max(self.wrote, default=0)

    def until(self, count: int) -> int:
        """The first record that was acknowledged, once ``count`` more are. TimeoutError."""
        wanted, end = len(self.wrote) + count, time.monotonic() + PATIENCE_S
        while len(self.wrote) < wanted:
            if time.monotonic() > end:
                raise TimeoutError(f"the guest wrote {self.last}: {self._tail()}")
            time.sleep(LOOK_S)
        return min(self.wrote)

    def _tail(self) -> str:
        return self.path.read_text(errors="replace")[-1000:] if self.path.exists() else "nothing"

    def _follow(self) -> None:
        while not self.path.exists():
            if self._over.is_set():
                return
            time.sleep(LOOK_S)
        with self.path.open("rb") as self._file:  # held: a VM that moved takes its file away
            while True:
                over = self._over.is_set()  # what was written until then is still read
                self.look()
                if over:
                    return
                time.sleep(LOOK_S)

    def look(self) -> None:
        with self._one:
            new, now = self._file.read(), time.monotonic()
            if new and self.before is not None:
                self.before.look()
                new, self.before = self.before.rest + new, None
            *lines, self.rest = (self.rest + new).split(b"\n")
            for line in lines:
                head, _, number = line.decode(errors="replace").strip().rpartition(" ")
                if head.endswith(guest.WROTE):
                    self.wrote[int(number)] = now
