"""Take turns, and tell ratios."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.listing.measure import Cost, cost_of, growth, least, tried
from bench.listing.subject import VMS, Subject

ROUNDS = 2
LONG = 5.0
"""Seconds of a walk after which it is not repeated: others' work moves it little."""
CLOUDS = ("aws", "azure", "gcp", "libvirt")


@dataclass(frozen=True)
class Listing:
    """``others``: by name; a text says why there is no cost."""

    name: str
    ours: Cost
    raw: Cost
    others: dict[str, Cost | str]
    growth: float

    @property
    def ratio(self) -> float:
        return self.ours.seconds / self.raw.seconds

    @property
    def cpu_ratio(self) -> float:
        """Which neighbours do not change."""
        return self.ours.cpu / self.raw.cpu

    def __str__(self) -> str:
        ratios = f"{self.ratio:.2f} x the raw SDK ({self.cpu_ratio:.2f} x its CPU)"
        return f"{self.name} {ratios}, memory {self.growth:.2f} x one page"

    def table(self) -> str:
        rows: dict[str, Cost | str] = {"ours": self.ours, "raw SDK": self.raw, **self.others}
        lines = [_row(self.raw, name, cost) for name, cost in rows.items()]
        return "\n".join([*lines, f"  ours, pages after the first: memory {self.growth:.2f} x"])


def _row(raw: Cost, name: str, found: Cost | str) -> str:
    if isinstance(found, str):
        return f"  {name:34} n/a: {found}"
    ratio, cpu = found.seconds / raw.seconds, found.cpu / raw.cpu
    clock = f"{found.seconds:8.2f} s {ratio:5.2f} x"
    return f"  {name:34}{clock}{found.cpu:8.2f} s CPU {cpu:5.2f} x{found.mib:8.1f} MiB"


def listing(name: str) -> Listing:
    """Raises AssertionError when one side does not see every VM."""
    opened: Callable[[Path], AbstractContextManager[Subject]]
    opened = import_module(f"bench.listing.{name}").opened
    with TemporaryDirectory() as folder, opened(Path(folder)) as subject:
        global _subject
        _subject = subject
        # The clients go into a copy of this process, which goes on as the cloud.
        with ProcessPoolExecutor(1, get_context("fork")) as clients:
            return clients.submit(_compared).result()


_subject: Subject


def _compared() -> Listing:
    subject, raw, ours = _subject, list[Cost](), list[Cost]()
    while not raw or (len(raw) < ROUNDS and raw[0].seconds < LONG):
        raw.append(cost_of(subject.raw))
        ours.append(cost_of(subject.ours))
    others = {who: tried(way) for who, way in subject.others.items()}
    return Listing(subject.name, least(ours), least(raw), others, growth(subject))


def main(*names: str) -> list[Listing]:
    print(f"{VMS} VMs")
    found = []
    for name in names or CLOUDS:
        found.append(listing(name))
        print(f"{name}\n{found[-1].table()}", flush=True)
    return found
