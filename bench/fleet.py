"""Simulated fleets whose truth is known: what each VM is for is drawn first, and its load from
that; no rule is asked and no threshold is known here."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from novacron.models.account import MetricName, MetricPoint

START = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""
STEP = timedelta(minutes=10)
PER_HOUR = 6
DAYS = 35
TYPES = {"m7i.large": (2, 8192), "m7i.xlarge": (4, 16384), "m7i.2xlarge": (8, 32768)}
SHARES = {
    "forgotten": 18,
    "chatty": 8,
    "ended": 4,
    "diurnal": 20,
    "bursty": 12,
    "monthly": 8,
    "proxy": 8,
    "cache": 8,
    "small site": 6,
    "steady": 8,
}
"""VMs in a hundred."""
IDLE = frozenset({"forgotten", "chatty", "ended"})
"""Nobody would miss them: left behind, with an agent that talks a lot, or of a project that has
ended two to three weeks before the end."""


class Load(NamedTuple):
    """``cpu`` in vCPUs and ``memory`` in MiB as demanded; the others in bytes a second."""

    cpu: float
    memory: float
    network: float
    disk: float


@dataclass(frozen=True)
class Sim:
    name: str
    shape: str
    instance_type: str
    seed: int

    @property
    def idle(self) -> bool:
        return self.shape in IDLE

    @property
    def size(self) -> tuple[int, int]:
        return TYPES[self.instance_type]

    def loads(self, days: int = DAYS) -> Iterator[tuple[datetime, Load]]:
        """From ``START`` on; a longer run begins as a shorter one does."""
        draw = random.Random(self.seed)
        shape = _Shape(self.shape, self.size, draw)
        for n in range(days * 24 * PER_HOUR):
            at = START + n * STEP
            yield at, shape.at(at, n)

    def points(self, days: int = DAYS) -> Iterator[tuple[datetime, list[MetricPoint]]]:
        """What a provider tells, a day at a time: no more CPU than there is."""
        vcpus, mib = self.size
        seconds = STEP.total_seconds()
        found: list[MetricPoint] = []
        for at, load in self.loads(days):
            told = {
                MetricName.CPU_PERCENT: min(100.0, 100 * load.cpu / vcpus),
                MetricName.MEMORY_PERCENT: min(100.0, 100 * load.memory / mib),
                MetricName.NETWORK_IN_BYTES: load.network * 0.6 * seconds,
                MetricName.NETWORK_OUT_BYTES: load.network * 0.4 * seconds,
                MetricName.DISK_READ_BYTES: load.disk * 0.2 * seconds,
                MetricName.DISK_WRITE_BYTES: load.disk * 0.8 * seconds,
            }
            found += [MetricPoint(name=name, at=at, value=value) for name, value in told.items()]
            if (at + STEP).date() != at.date():
                yield at + STEP, found
                found = []


class _Shape:
    """One VM's habits, drawn once; its noise at each step. ``base``: vCPUs that a guest's own
    services use."""

    def __init__(self, shape: str, size: tuple[int, int], draw: random.Random) -> None:
        self.shape, self.draw = shape, draw
        self.vcpus, self.mib = size
        self.peak = draw.uniform(0.1, 0.9)
        self.memory = draw.uniform(0.08, 0.85)
        self.base = draw.uniform(0.003, 0.03)
        self.heartbeat = draw.uniform(50, 800)
        self.cron, self.update = draw.randrange(24 * PER_HOUR), draw.randrange(7)
        self.month_day = draw.randrange(24)
        self.ended = draw.randrange(14, 21)
        self.burst = 0

    def at(self, at: datetime, n: int) -> Load:
        day, noise = n // (24 * PER_HOUR), self.draw.lognormvariate(0, 0.25)
        work, network = self._work(at, day)
        cpu = self.base * noise + work * self.vcpus * self.draw.gauss(1, 0.08)
        disk = 4000 * noise + 400_000 * work
        if n % (24 * PER_HOUR) == self.cron:  # every guest rotates its logs
            cpu, disk = cpu + 0.15, disk + 200_000
            if day % 7 == self.update:  # and is patched once a week
                cpu, network = cpu + 0.6 * self.vcpus, network + 300_000
        used = self.memory if self.shape not in ("forgotten", "chatty") else 0.06
        held = 0.8 if self.shape == "cache" else used
        memory = self.mib * held * self.draw.gauss(1, 0.02)
        return Load(max(cpu, 0.0), memory, max(network, 0.0) * noise, disk)

    def _work(self, at: datetime, day: int) -> tuple[float, float]:
        """(share of the vCPUs, bytes a second) of what it is for."""
        office = at.weekday() < 5 and 8 <= at.hour < 18
        if self.shape == "chatty":
            return 0.0, 1500 + self.heartbeat
        if self.shape == "diurnal":
            return (self.peak, 120_000.0) if office else (0.01, 2000.0)
        if self.shape == "bursty":
            return self._bursty()
        if self.shape == "monthly":
            busy = day % 28 in (self.month_day, self.month_day + 1) and 0 <= at.hour < 10
            return (max(self.peak, 0.4), 50_000.0) if busy else (0.0, self.heartbeat)
        if self.shape == "proxy":
            return 0.012, 400_000.0 * (1.5 if office else 0.5)
        if self.shape == "cache":
            return 0.01, 15_000.0
        if self.shape == "small site":
            return (0.03, 9000.0) if 7 <= at.hour < 23 else (0.005, 1500.0)
        if self.shape == "steady":
            return self.peak * 0.8, 80_000.0
        if self.shape == "ended" and day < DAYS - self.ended:
            return (self.peak, 100_000.0) if office else (0.01, 2000.0)
        return 0.0, self.heartbeat

    def _bursty(self) -> tuple[float, float]:
        if self.burst == 0 and self.draw.random() < 1.5 / (24 * PER_HOUR):
            self.burst = self.draw.randrange(2, 10)
        if self.burst == 0:
            return 0.0, self.heartbeat
        self.burst -= 1
        return max(self.peak, 0.3), 60_000.0


def fleet(seed: int, count: int = 100) -> list[Sim]:
    """In the shares of ``SHARES``."""
    draw = random.Random(seed)
    shapes = [shape for shape, share in SHARES.items() for _ in range(share * count // 100)]
    return [
        Sim(f"vm-{n}", shape, draw.choice(sorted(TYPES)), draw.randrange(2**31))
        for n, shape in enumerate(shapes)
    ]
