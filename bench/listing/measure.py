"""What one walk costs: time, CPU, memory."""

from __future__ import annotations

import gc
import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

from bench.listing.subject import VMS, Subject, Way
from novacron.models.base import PageRequest
from novacron.models.vm import VmFilter

TRACED_PAGES = 4
"""Tracing makes a walk several times slower: a leak shows in four pages."""
_SELF = Path("/proc/self")


@dataclass(frozen=True)
class Cost:
    """``mib``: by how much the process's resident memory grew at its peak; little is rounded to
    nothing, as the interpreter uses again what it had."""

    seconds: float
    cpu: float
    mib: float


def cost_of(way: Way) -> Cost:
    """Raises AssertionError when it does not see every VM."""
    gc.collect()
    # Begins the peak anew: https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
    (_SELF / "clear_refs").write_text("5")
    before = _resident("VmRSS")
    begun, busy = time.perf_counter(), time.thread_time()
    count = way()
    seconds, cpu = time.perf_counter() - begun, time.thread_time() - busy
    if count != VMS:
        raise AssertionError(f"{count} of {VMS} were listed")
    return Cost(seconds, cpu, max(0, _resident("VmHWM") - before))


def tried(way: Way | str) -> Cost | str:
    """Another client may fail here in any way of its own: that is told, and nothing hidden."""
    if isinstance(way, str):
        return way
    try:
        return cost_of(way)
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:120]


def least(costs: list[Cost]) -> Cost:
    """Of each the least; of memory the first, as later walks use again what that took."""
    seconds, cpu = min(one.seconds for one in costs), min(one.cpu for one in costs)
    return Cost(seconds, cpu, costs[0].mib)


def growth(subject: Subject) -> float:
    """The peak of some pages over that of one, of what Python allocates."""
    gc.collect()
    tracemalloc.start()
    subject.provider.list_vms(VmFilter(), PageRequest(limit=subject.page))
    _, one = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    subject.ours(TRACED_PAGES)
    _, whole = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return whole / one


def _resident(name: str) -> float:
    """MiB."""
    lines = (_SELF / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
