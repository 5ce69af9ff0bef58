"""Random writes to a disk, moved as whole leaves and as patches of what is told to have changed.

    python -m bench.moving.deltas [delay [workers]]

1,200 writes of 4 KiB at random places of 10 GiB: what 200 a second make of 100 GiB in a minute, a
tenth of it. The disk holds data in every leaf that is written to, so that a leaf costs what leaves
do. Each way starts from a full copy of its own; the copies are compared afterwards. ``delay``:
seconds that each request to the disks and to the store takes longer.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.moving.content import overwrite, scattered
from bench.moving.copying import Copy, compare
from novacron.migration import parallel
from novacron.migration.manifest import DiskManifest
from novacron.models.transfer import Extent
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES

MIB, GIB = 1024**2, 1024**3
SIZE, WRITES = 10 * GIB, 1200
WAYS = {
    "whole leaves of 512 KiB": LEAF_BYTES,
    "patches, told in 64 KiB": 64 * 1024,
    "patches, told in 4 KiB": GRAIN_BYTES,
}


@dataclass(frozen=True)
class Delta:
    """Of one delta: seconds out and in, bytes into the store, manifests among them."""

    out: float
    back: float
    sent: int


def deltas(
    size: int = SIZE, writes: int = WRITES, delay: float = 0, workers: int = 8
) -> dict[str, Delta]:
    """By way, in one run."""
    kept, parallel.WORKERS = parallel.WORKERS, workers
    try:
        with tempfile.TemporaryDirectory(prefix="novacron-bench-") as name:
            return _deltas(Path(name), size, writes, delay)
    finally:
        parallel.WORKERS = kept


def _deltas(folder: Path, size: int, writes: int, delay: float) -> dict[str, Delta]:
    disk = folder / "disk"
    places = scattered(disk, size, writes)
    begun: dict[str, tuple[Copy, DiskManifest]] = {}
    for number, (way, told) in enumerate(WAYS.items()):
        own = folder / str(number)
        own.mkdir()
        copy = Copy(disk, own, 0, LEAF_BYTES if told == LEAF_BYTES else GRAIN_BYTES)
        first = copy.out(0, None)
        copy.back(first, None)
        begun[way] = copy, first
    overwrite(disk, places)
    found = {}
    for number, (way, (copy, first)) in enumerate(begun.items()):
        copy.slow(delay)
        copy.source.changed = list(_told(places, WAYS[way]))
        found[way] = _delta(copy, first)
        compare(disk, folder / str(number) / "copy")
    return found


def _delta(copy: Copy, first: DiskManifest) -> Delta:
    copy.objects.put_bytes.clear()
    begun = time.perf_counter()
    second = copy.out(1, first)
    between = time.perf_counter()
    copy.back(second, first.id)
    ended = time.perf_counter()
    return Delta(between - begun, ended - between, sum(copy.objects.put_bytes))


def _told(places: Iterable[int], granularity: int) -> Iterator[Extent]:
    for start in sorted({place // granularity for place in places}):
        yield Extent(offset=start * granularity, length=granularity)


def report(delay: float, workers: int) -> None:
    print(
        f"{WRITES} writes on {SIZE // GIB} GiB, {delay * 1000:.0f} ms a request, {workers} workers"
    )
    print(f"{'':26}{'MiB sent':>10}{'out, s':>10}{'in, s':>10}{'both, s':>10}")
    for way, one in deltas(delay=delay, workers=workers).items():
        both = one.out + one.back
        print(f"{way:26}{one.sent / MIB:10.1f}{one.out:10.2f}{one.back:10.2f}{both:10.2f}")


if __name__ == "__main__":
    far = float(sys.argv[1]) if len(sys.argv) > 1 else 0
    report(far, int(sys.argv[2]) if len(sys.argv) > 2 else parallel.WORKERS)
