"""Take turns, and tell ratios."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.listing.subject import VMS, Subject, Way
from novacron.models.base import PageRequest
from novacron.models.vm import VmFilter

ROUNDS = 2
TRACED_PAGES = 3
"""Tracing slows the local cloud too, which is in this process: a leak shows in three pages."""
CLOUDS = ("aws", "azure", "gcp", "libvirt")


@dataclass(frozen=True)
class Time:
    seconds: float
    cpu: float


@dataclass(frozen=True)
class Listing:
    """``others``: by name; a text says why there is no time."""

    name: str
    ours: Time
    raw: Time
    others: dict[str, Time | str]
    growth: float

    @property
    def ratio(self) -> float:
        return self.ours.seconds / self.raw.seconds

    def __str__(self) -> str:
        return f"{self.name} {self.ratio:.2f} x the raw SDK, memory {self.growth:.2f} x one page"

    def table(self) -> str:
        rows: dict[str, Time | str] = {"ours": self.ours, "raw SDK": self.raw, **self.others}
        lines = [_row(self.raw, name, time) for name, time in rows.items()]
        return "\n".join([*lines, f"  peak memory {self.growth:.2f} x one page"])


def _row(raw: Time, name: str, found: Time | str) -> str:
    if isinstance(found, str):
        return f"  {name:34} n/a: {found}"
    ratio, cpu = found.seconds / raw.seconds, found.cpu / raw.cpu
    return f"  {name:34}{found.seconds:8.2f} s {ratio:5.2f} x{found.cpu:8.2f} s CPU {cpu:5.2f} x"


def listing(name: str) -> Listing:
    """Raises AssertionError when one side does not see every VM."""
    opened: Callable[[Path], AbstractContextManager[Subject]]
    opened = import_module(f"bench.listing.{name}").opened
    with TemporaryDirectory() as folder, opened(Path(folder)) as subject:
        raw, ours = [], []
        for _ in range(ROUNDS):
            raw.append(_timed(subject.raw))
            ours.append(_timed(subject.ours))
        others = {who: _tried(way) for who, way in subject.others.items()}
        return Listing(name, _least(ours), _least(raw), others, _growth(subject))


def _tried(way: Way | str) -> Time | str:
    """Another client may fail here in any way of its own: that is told, and nothing hidden."""
    if isinstance(way, str):
        return way
    try:
        return _timed(way)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:120]


def _timed(way: Way) -> Time:
    gc.collect()
    begun, busy = time.perf_counter(), time.thread_time()
    count = way()
    found = Time(time.perf_counter() - begun, time.thread_time() - busy)
    if count != VMS:
        raise AssertionError(f"{count} of {VMS} were listed")
    return found


def _least(times: list[Time]) -> Time:
    return Time(min(one.seconds for one in times), min(one.cpu for one in times))


def _growth(subject: Subject) -> float:
    gc.collect()
    tracemalloc.start()
    subject.provider.list_vms(VmFilter(), PageRequest(limit=subject.page))
    _, one = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    subject.ours(TRACED_PAGES)
    _, whole = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return whole / one


def main(*names: str) -> list[Listing]:
    print(f"{VMS} VMs; ours and the raw SDK: least of {ROUNDS} rounds, others: once")
    found = []
    for name in names or CLOUDS:
        found.append(listing(name))
        print(f"{name}\n{found[-1].table()}", flush=True)
    return found
