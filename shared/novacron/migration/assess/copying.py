"""How much is copied, how long that takes, what leaves the source's cloud, and what that costs.

The rounds are the engine's own: a round reads everything into the chunk store and then writes it
to the target, and ``converged`` says when another gains nothing.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from novacron.catalog.rates import rates, tiered
from novacron.migration.assess.facts import Facts
from novacron.migration.assess.figures import (
    EGRESS_REGION,
    FIGURES,
    GIB,
    MIB,
    OWN,
    OWN_LINK,
    READS_ALL,
    Figure,
    load_figure,
)
from novacron.migration.assess.limits import NO_LIMITS, Limits
from novacron.migration.assess.writes import dirty_bytes, patch_bytes
from novacron.migration.converge import converged
from novacron.models.account import ProviderType
from novacron.models.assessment import TargetDisk
from novacron.models.migration import Round
from novacron.models.price import PriceKind, PriceRow
from novacron.providers.transfer import LEAF_BYTES

_CENT = Decimal("0.01")


class Load(NamedTuple):
    """Bytes and requests of a round's reading and writing. ``compared``: bytes of leaves that
    patches are in, which are read from the chunk store once more to be compared."""

    read: float
    written: float
    reads: float = 0.0
    writes: float = 0.0
    compared: float = 0.0


class Speed(NamedTuple):
    """Bytes and requests a second of reading and of writing, and what limits the bytes.
    ``into``: bytes a second out of the chunk store, where they are limited; ``held``: by what, of
    either way, if that is slower than the sides are."""

    read: float
    write: float
    reads: float
    writes: float
    limits: str
    into: float = math.inf
    held: str = ""

    @property
    def both(self) -> float:
        """Of a round's bytes: they are written when all of them have been read."""
        return 1 / (1 / self.read + 1 / self.write)

    def seconds(self, load: Load) -> float:
        """Either its bytes or its requests take the time, first those that are read."""
        reading = max(load.read / self.read, load.reads / self.reads)
        writing = max(load.written / self.write, load.writes / self.writes)
        return reading + writing + load.compared / self.into


class Copy(NamedTuple):
    """``rounds``: all but the last, which is downtime: ``rest``. ``read``: bytes of ``rounds``."""

    rounds: list[Round]
    read: float
    rest: Load
    speed: Speed

    @property
    def total_bytes(self) -> int:
        """What the source sends."""
        return round(self.read + self.rest.read)

    @property
    def seconds(self) -> float:
        return sum(one.seconds for one in self.rounds)


def speed(
    source: ProviderType,
    target: ProviderType,
    disks: list[TargetDisk],
    line: Limits = NO_LIMITS,
) -> Speed:
    """As if all bytes went through the slowest disk: several disks are faster than this."""
    read = FIGURES[source].export
    writes = [load_figure(target, disk.size_gib) for disk in disks] or [FIGURES[target].load]
    write = min(writes, key=lambda one: one.value)
    read, write = _over_the_line(source, read), _over_the_line(target, write)
    read, write = _slower(line.out, read), _slower(line.into, write)
    held = next((one.basis for one in line if one in (read, write)), "")
    limits = (
        f"reading {read.value:g} MiB/s ({read.confidence.value}: {read.basis}), "
        f"writing {write.value:g} MiB/s ({write.confidence.value}: {write.basis})"
    )
    asks, puts = FIGURES[source].reads.value, FIGURES[target].writes.value
    into = line.into.value * MIB
    return Speed(read.value * MIB, write.value * MIB, asks, puts, limits, into, held)


def _over_the_line(side: ProviderType, figure: Figure) -> Figure:
    return _slower(OWN_LINK, figure) if side in OWN else figure


def _slower(one: Figure, other: Figure) -> Figure:
    return one if one.value < other.value else other


def copying(
    source: ProviderType,
    target: ProviderType,
    how: Speed,
    disk_bytes: int,
    rate: float,
    max_rounds: int,
    max_downtime: int,
) -> Copy:
    """The rounds up to the cutover; ``rate`` in bytes that the guest writes a second."""
    mark = mark_seconds(source, disk_bytes)
    rounds: list[Round] = []
    load, read = Load(disk_bytes, disk_bytes), 0.0
    while True:
        took = mark + how.seconds(load)
        rounds.append(_round(len(rounds) + 1, load.written, took))
        read += load.read
        if rate == 0:
            return Copy(rounds, read, Load(0, 0), how)
        since = took + FIGURES[source].stop.value
        if converged(rounds, max_rounds, max_downtime) is not None:
            return Copy(rounds, read, delta(source, target, rate, since, disk_bytes), how)
        load = delta(source, target, rate, took, disk_bytes)


def delta(
    source: ProviderType, target: ProviderType, rate: float, seconds: float, disk_bytes: int
) -> Load:
    """What a round has to move after so long: patches of leaves where the source tells them, whole
    leaves at a target that takes nothing less."""
    tells = FIGURES[source].tells
    whole = dirty_bytes(rate, seconds, disk_bytes, LEAF_BYTES)
    if tells >= LEAF_BYTES:
        return Load(whole, whole, whole / LEAF_BYTES, whole / LEAF_BYTES)
    read = patch_bytes(rate, seconds, disk_bytes, tells)
    reads = dirty_bytes(rate, seconds, disk_bytes, tells) / tells
    if FIGURES[target].takes >= LEAF_BYTES:
        return Load(read, whole, reads, whole / LEAF_BYTES)
    return Load(read, read, reads, reads, read + whole)


def mark_seconds(source: ProviderType, disk_bytes: int) -> float:
    """From the export's moment to knowing what changed."""
    # Beside the disk: no line is in the way.
    scan = disk_bytes / (FIGURES[source].export.value * MIB) if source in READS_ALL else 0.0
    return FIGURES[source].mark.value + scan


def _round(number: int, changed: float, took: float) -> Round:
    return Round(
        number=number,
        export_id="predicted",
        changed_bytes=round(changed),
        seconds=took,
        started_at=datetime.fromtimestamp(0, UTC),
    )


def egress(facts: Facts, total_bytes: int) -> tuple[Decimal | None, str]:
    """(USD, why). The chunk store is taken to be in the target's region: bytes leave once."""
    source, target = facts.source.type, facts.target.type
    if source is target and facts.record.region == facts.spec.region:
        return Decimal(0), "nothing leaves the region"
    if source in OWN or source is ProviderType.MEMORY:
        return Decimal(0), "no provider bills what leaves one's own hosts; the line may cost"
    kind = PriceKind.EGRESS_BETWEEN if source is target else PriceKind.EGRESS
    rows = _egress_rows(facts, kind)
    if not rows:
        return None, f"no price of {kind.value} is known for {source.value}"
    cost = tiered(rows, Decimal(total_bytes) / GIB).quantize(_CENT)
    first, way = rows[0], "to the internet" if kind is PriceKind.EGRESS else "between regions"
    age = f"{first.as_of}{', stale' if first.stale else ''}"
    return cost, (
        f"{first.price} USD/GiB {way} from {first.region}, uncompressed, without free allowances: "
        f"{first.source}, {age}"
    )


def _egress_rows(facts: Facts, kind: PriceKind) -> list[PriceRow]:
    """Of the source's region, or of the one that stands for it."""
    source, today = facts.source.type, facts.services.now().date()
    for region in (facts.record.region, EGRESS_REGION.get(source, "")):
        rows = rates(source, region, kind, today)
        if rows:
            return rows
    return []
