"""The arithmetic of an assessment against numbers worked out by hand, pair by pair."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from novacron.migration.assess.copying import Load, copying, delta, egress, speed
from novacron.migration.assess.disks import _native
from novacron.migration.assess.downtime import downtime, verdict
from novacron.migration.assess.figures import FIGURES, GIB, MIB, Figure, load_figure
from novacron.migration.assess.limits import Limits
from novacron.migration.assess.writes import dirty_bytes, dirty_rate, patch_bytes
from novacron.migration.grains import closed, size_of, touching
from novacron.models.account import ProviderType as P
from novacron.models.assessment import Confidence, DirtyRate, TargetDisk
from novacron.models.volume import Volume, VolumeClass, VolumeState
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES

RATE = 200 * 4096
MEASURED = DirtyRate(bytes_per_second=RATE, confidence=Confidence.MEASURED, basis="measured")


def disk(size_gib: int) -> TargetDisk:
    return TargetDisk(
        volume_id="v", size_gib=size_gib, source_class=VolumeClass.BALANCED, native_type="x"
    )


@pytest.mark.parametrize(("granularity", "mib"), [(64 * 1024, 744.5), (512 * 1024, 5827.3)])
def test_how_much_a_minute_of_writes_makes_dirty(granularity: int, mib: float) -> None:
    """12,000 writes of 4 KiB on 100 GiB: N (1 - e^(-12000/N)) granules."""
    assert dirty_bytes(RATE, 60, 100 * GIB, granularity) / MIB == pytest.approx(mib, abs=3)


@pytest.mark.parametrize("granularity", [GRAIN_BYTES, 64 * 1024])
@pytest.mark.parametrize("writes_a_leaf", [0.06, 1, 6, 40])
def test_what_is_moved_of_dirty_leaves_is_what_the_engine_moves(
    granularity: int, writes_a_leaf: float
) -> None:
    """Against random writes to 2,000 leaves and the engine's own rule."""
    chance, leaves = random.Random(1), 2000
    masks: Counter[int] = Counter()
    for _ in range(round(writes_a_leaf * leaves)):
        at = chance.randrange(LEAF_BYTES // granularity) * granularity
        masks[chance.randrange(leaves)] |= touching(at, at + granularity)
    sizes = [size_of(closed(mask), LEAF_BYTES) for mask in masks.values()]
    moved = sum(size if size * 2 <= LEAF_BYTES else LEAF_BYTES for size in sizes)
    written = writes_a_leaf * leaves * 4096
    expected = patch_bytes(written, 1, leaves * LEAF_BYTES, granularity)
    assert expected == pytest.approx(moved, rel=0.1)


@pytest.mark.parametrize(
    ("source", "target", "mib", "seconds"),
    [
        # 11,953 granules of 64 KiB; 11,954 / 800 requests are read, 11,954 / 500 are written.
        (P.LIBVIRT, P.AZURE, (747, 747), 14.9 + 23.9),
        # Whole leaves are written: 5,828 MiB at 500 MiB/s.
        (P.LIBVIRT, P.AWS, (747, 5828), 14.9 + 11.7),
        (P.AZURE, P.GCP, (47.6, 47.6), 24.0 + 4.0),
        (P.AWS, P.AZURE, (5828, 5828), 11.7 + 97.1),
    ],
)
def test_a_minute_of_writes_is_moved_as_finely_as_both_sides_can(
    source: P, target: P, mib: tuple[float, float], seconds: float
) -> None:
    load = delta(source, target, RATE, 60, 100 * GIB)
    assert (load.read / MIB, load.written / MIB) == pytest.approx(mib, abs=1)
    assert speed(source, target, [disk(100)]).seconds(load) == pytest.approx(seconds, abs=0.2)


def test_more_than_the_disk_is_never_dirty() -> None:
    assert dirty_bytes(1e12, 3600, GIB, MIB) == pytest.approx(GIB)
    assert dirty_bytes(RATE, 60, 0, MIB) == 0


def test_one_point_tells_no_rate() -> None:
    assert dirty_rate([], running=True).confidence is Confidence.ASSUMED
    assert dirty_rate([], running=False).bytes_per_second == 0


@pytest.mark.parametrize(
    ("size_gib", "mibps"), [(32, 60), (4096, 60), (4097, 300), (8193, 500), (40_000, 500)]
)
def test_an_upload_to_azure_is_as_fast_as_the_disk_is_large(size_gib: int, mibps: float) -> None:
    assert load_figure(P.AZURE, size_gib).value == mibps


@pytest.mark.parametrize(
    ("source", "target", "read", "write"),
    [
        (P.AWS, P.AZURE, 500, 60),
        (P.AZURE, P.AWS, 60, 500),
        (P.LIBVIRT, P.AWS, 119, 500),
        (P.AWS, P.AGENT, 500, 119),
        (P.GCP, P.LIBVIRT, 140, 119),
    ],
)
def test_a_rounds_bytes_are_read_and_then_written(
    source: P, target: P, read: float, write: float
) -> None:
    found = speed(source, target, [disk(100)])
    assert (found.read / MIB, found.write / MIB) == (read, write)
    assert found.both / MIB == pytest.approx(read * write / (read + write))


def _verdict(source: P, target: P, requested: int, gib: int = 100) -> tuple[bool, str | None]:
    how = speed(source, target, [disk(gib)])
    copy = copying(source, target, how, gib * GIB, RATE, 10, requested)
    terms = downtime(source, target, copy, gib * GIB, MEASURED)
    found = verdict(source, terms, MEASURED, requested, [])
    return found.promised, found.term


@pytest.mark.parametrize(
    ("source", "target", "requested", "expected"),
    [
        (P.AWS, P.LIBVIRT, 86_400, (False, "snapshot")),
        (P.GCP, P.AZURE, 86_400, (False, "snapshot")),
        (P.LIBVIRT, P.AWS, 86_400, (False, "seal")),
        (P.LIBVIRT, P.AZURE, 30, (False, "boot")),
        (P.LIBVIRT, P.LIBVIRT, 3_600, (True, None)),
        (P.AZURE, P.LIBVIRT, 3_600, (True, None)),
    ],
)
def test_what_can_be_promised_and_the_term_that_breaks_it(
    source: P, target: P, requested: int, expected: tuple[bool, str | None]
) -> None:
    gib = 1 if requested == 30 else 100
    assert _verdict(source, target, requested, gib) == expected


def _line(mbit: float) -> Figure:
    return Figure(mbit * 125_000 / MIB, Confidence.ASSUMED, f"a limit of {mbit:g} Mbit/s")


def test_a_limit_slows_what_goes_into_the_store_and_what_comes_out_of_it() -> None:
    line = Limits(_line(80), _line(8000))
    found = speed(P.LIBVIRT, P.AZURE, [disk(100)], line)
    assert found.read == pytest.approx(10_000_000)
    assert found.write / MIB == 60
    assert found.held == "a limit of 80 Mbit/s"
    assert "a limit of 80 Mbit/s" in found.limits
    assert speed(P.AWS, P.AZURE, [disk(100)], Limits(_line(8000), _line(8000))).held == ""
    # 10 MB are read and written at 10 MB/s, and 50 MB of the leaves around them compared.
    patched = Load(1e7, 1e7, compared=5e7)
    slow = speed(P.LIBVIRT, P.LIBVIRT, [disk(100)], Limits(_line(80), _line(80)))
    assert slow.seconds(patched) == pytest.approx(1 + 1 + 5)
    assert speed(P.LIBVIRT, P.LIBVIRT, [disk(100)]).seconds(patched) < 0.2


@pytest.mark.parametrize(("mbit", "promised"), [(20, False), (100, False), (400, True)])
def test_a_limit_that_never_catches_up_is_said_by_term(mbit: int, promised: bool) -> None:
    """20 writes of 4 KiB a second on 10 GiB: each takes 64 KiB, and its leaf to be compared."""
    rate = MEASURED.model_copy(update={"bytes_per_second": RATE / 10})
    how = speed(P.LIBVIRT, P.LIBVIRT, [disk(10)], Limits(_line(mbit), _line(mbit)))
    copy = copying(P.LIBVIRT, P.LIBVIRT, how, 10 * GIB, RATE / 10, 10, 200)
    terms = downtime(P.LIBVIRT, P.LIBVIRT, copy, 10 * GIB, rate)
    found = verdict(P.LIBVIRT, terms, rate, 200, [])
    assert found.promised is promised
    if not promised:
        assert found.term == "send"
        assert f"the guest changes more than a limit of {mbit} Mbit/s lets through" in found.reason


def test_a_limit_does_not_slow_what_google_reads_beside_the_disk() -> None:
    how = speed(P.GCP, P.AZURE, [disk(100)], Limits(_line(10), _line(10)))
    copy = copying(P.GCP, P.AZURE, how, 100 * GIB, RATE, 2, 30)
    terms = downtime(P.GCP, P.AZURE, copy, 100 * GIB, MEASURED)
    assert terms[1].seconds == pytest.approx(30 + 100 * 1024 / 140, abs=0.1)


def test_a_google_source_reads_the_whole_disk_while_it_is_down() -> None:
    how = speed(P.GCP, P.AZURE, [disk(100)])
    terms = downtime(
        P.GCP, P.AZURE, copying(P.GCP, P.AZURE, how, 100 * GIB, RATE, 2, 30), 100 * GIB, MEASURED
    )
    assert terms[1].name == "snapshot"
    assert terms[1].seconds == pytest.approx(30 + 100 * 1024 / 140, abs=0.1)


@pytest.mark.parametrize(
    ("source", "here", "target", "there", "usd"),
    [
        (P.AWS, "eu-west-1", P.AWS, "eu-west-1", "0"),
        (P.AWS, "eu-west-1", P.AWS, "eu-west-2", "2.00"),
        (P.AWS, "eu-west-1", P.AZURE, "westeurope", "9.00"),
        (P.AZURE, "westeurope", P.GCP, "europe-west1", "8.70"),
        (P.GCP, "europe-west1", P.LIBVIRT, "onprem", "12.00"),
        (P.LIBVIRT, "onprem", P.AWS, "eu-west-1", "0"),
    ],
)
def test_what_leaves_a_cloud_costs(source: P, here: str, target: P, there: str, usd: str) -> None:
    facts: Any = SimpleNamespace(
        source=SimpleNamespace(type=source),
        target=SimpleNamespace(type=target),
        record=SimpleNamespace(region=here),
        spec=SimpleNamespace(region=there),
        services=SimpleNamespace(now=lambda: datetime(2026, 11, 28, tzinfo=UTC)),
    )
    cost, why = egress(facts, 100 * GIB)
    assert cost == Decimal(usd)
    assert why


def test_egress_without_a_price_is_unknown_and_one_of_another_region_says_so() -> None:
    facts: Any = SimpleNamespace(
        source=SimpleNamespace(type=P.GCP),
        target=SimpleNamespace(type=P.GCP),
        record=SimpleNamespace(region="europe-west1"),
        spec=SimpleNamespace(region="europe-west4"),
        services=SimpleNamespace(now=lambda: datetime(2026, 11, 28, tzinfo=UTC)),
    )
    assert egress(facts, GIB)[0] is None
    facts.source.type = P.AWS
    cost, why = egress(facts, GIB)
    assert cost == Decimal("0.09")
    assert "from us-east-1" in why
    assert "stale" in why


@pytest.mark.parametrize(
    ("target", "gib", "boots", "native"),
    [
        (P.AWS, 65_536, True, "gp3"),
        (P.AWS, 65_537, False, None),
        (P.AZURE, 4095, True, "StandardSSD_LRS"),
        (P.AZURE, 4096, True, None),
        (P.AZURE, 4096, False, "StandardSSD_LRS"),
        (P.AZURE, 32_768, False, None),
        (P.GCP, 100, True, "pd-balanced"),
        (P.AGENT, 100, True, "qcow2"),
    ],
)
def test_a_disk_fits_or_is_refused(target: P, gib: int, boots: bool, native: str | None) -> None:
    volume = Volume(
        id="v", name="v", region="r", state=VolumeState.ATTACHED,
        size_gib=gib, volume_class=VolumeClass.BALANCED,
    )  # fmt: skip
    found, check = _native(target, volume, boots)
    assert found == native
    assert (check is None) == (native is not None)


def test_every_provider_has_figures() -> None:
    assert FIGURES.keys() == set(P)
