"""How much is copied, how long that takes, what leaves the source's cloud, and what that costs.

The rounds are the engine's own: a round reads everything into the chunk store and then writes it
to the target, and ``converged`` says when another gains nothing.
"""

from __future__ import annotations

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
from novacron.migration.assess.writes import dirty_bytes
from novacron.migration.converge import converged
from novacron.models.account import ProviderType
from novacron.models.assessment import TargetDisk
from novacron.models.migration import Round
from novacron.models.price import PriceKind, PriceRow
from novacron.providers.transfer import LEAF_BYTES

_CENT = Decimal("0.01")


class Speed(NamedTuple):
    """Bytes a second of reading and of writing, and what limits each."""

    read: float
    write: float
    limits: str

    @property
    def both(self) -> float:
        """Of a round's bytes: they are written when all of them have been read."""
        return 1 / (1 / self.read + 1 / self.write)


class Copy(NamedTuple):
    """``rounds``: all but the last, which is downtime: ``rest`` bytes."""

    rounds: list[Round]
    rest: float
    speed: Speed

    @property
    def total_bytes(self) -> int:
        return round(sum(one.changed_bytes for one in self.rounds) + self.rest)

    @property
    def seconds(self) -> float:
        return sum(one.seconds for one in self.rounds)


def speed(source: ProviderType, target: ProviderType, disks: list[TargetDisk]) -> Speed:
    """As if all bytes went through the slowest disk: several disks are faster than this."""
    read = FIGURES[source].export
    writes = [load_figure(target, disk.size_gib) for disk in disks] or [FIGURES[target].load]
    write = min(writes, key=lambda one: one.value)
    read, write = _over_the_line(source, read), _over_the_line(target, write)
    limits = (
        f"reading {read.value:g} MiB/s ({read.confidence.value}: {read.basis}), "
        f"writing {write.value:g} MiB/s ({write.confidence.value}: {write.basis})"
    )
    return Speed(read.value * MIB, write.value * MIB, limits)


def _over_the_line(side: ProviderType, figure: Figure) -> Figure:
    return min(figure, OWN_LINK, key=lambda one: one.value) if side in OWN else figure


def copying(
    source: ProviderType,
    how: Speed,
    disk_bytes: int,
    rate: float,
    max_rounds: int,
    max_downtime: int,
) -> Copy:
    """The rounds up to the cutover; ``rate`` in bytes that the guest writes a second.

    The engine moves leaves: a write makes a whole one dirty, whatever finer the provider tells.
    """
    mark = mark_seconds(source, how, disk_bytes)
    rounds: list[Round] = []
    changed = float(disk_bytes)
    while True:
        took = mark + changed / how.both
        rounds.append(_round(len(rounds) + 1, changed, took))
        if rate == 0:
            return Copy(rounds, 0.0, how)
        since = took + FIGURES[source].stop.value
        if converged(rounds, max_rounds, max_downtime) is not None:
            return Copy(rounds, dirty_bytes(rate, since, disk_bytes, LEAF_BYTES), how)
        changed = dirty_bytes(rate, took, disk_bytes, LEAF_BYTES)


def mark_seconds(source: ProviderType, how: Speed, disk_bytes: int) -> float:
    """From the export's moment to knowing what changed."""
    scan = disk_bytes / how.read if source in READS_ALL else 0.0
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
