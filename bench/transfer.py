"""A disk through the chunk store, against ``qemu-img convert`` and ``nbdcopy`` in the same run.

    python -m bench.transfer

Ours reads a raw file, hashes, compresses, encrypts, writes packs to a folder, and from there the
copy; the others copy the file to a file and do nothing of that. All files lie in the page cache.
The delta is 64 changed leaves, each told as the 4 KiB that were written; the others know none.
Then many random writes, as leaves and as patches.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.moving import deltas
from bench.moving.content import fill
from bench.moving.copying import in_a_process

MIB = 1024**2
GIB = 1024**3
SIZE, USED = 2 * GIB, 1 * GIB
ROUNDS = 3
SPARSE = (1, 10, 100)
"""GiB of the disks whose copy's memory is measured; each holds 256 MiB."""
FAR = 0.03
"""Seconds a request: an object store or a block API in the same region."""


@dataclass(frozen=True)
class Found:
    """Seconds, the least of the rounds; ``nbdcopy`` is None where it is not installed."""

    export: float
    imported: float
    delta: float
    qemu_img: float
    nbdcopy: float | None

    @property
    def full(self) -> float:
        """Our full copy, out and in, over qemu-img's."""
        return (self.export + self.imported) / self.qemu_img

    def __str__(self) -> str:
        return (
            f"full copy {self.full:.1f}x qemu-img convert, "
            f"delta copy {self.delta / self.qemu_img:.2f}x"
        )


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="novacron-bench-") as name:
        yield Path(name)


def compared(size: int = SIZE, used: int = USED, rounds: int = ROUNDS) -> Found:
    ours, theirs, nbd = [], [], []
    with _folder() as folder:
        disk, copy = folder / "disk", folder / "other"
        fill(disk, size, used)
        for number in range(rounds):
            mine = folder / f"ours{number}"
            ours.append(in_a_process(disk, mine))
            shutil.rmtree(mine)
            theirs.append(_timed("qemu-img", "convert", "-f", "raw", "-O", "raw", disk, copy))
            copy.unlink()
            if shutil.which("nbdcopy"):
                serve: list[str | Path] = ["[", "qemu-nbd", "-r", "-f", "raw", disk, "]"]
                copy.touch()
                nbd.append(_timed("nbdcopy", "--", *serve, copy))
                copy.unlink()
    least = {name: min(one[name] for one in ours) for name in ours[0]}
    others = min(theirs), min(nbd) if nbd else None
    return Found(least["export"], least["import"], least["delta"], *others)


def _timed(*command: str | Path) -> float:
    begun = time.perf_counter()
    subprocess.run([str(one) for one in command], check=True)
    return time.perf_counter() - begun


def memory(gib: int, used: int = 256 * MIB) -> float:
    """Peak resident MiB of a full and a delta copy of a sparse disk."""
    with _folder() as folder:
        fill(folder / "disk", gib * GIB, used)
        return float(in_a_process(folder / "disk", folder / "ours")["peak_mib"])


def workers(count: int, delay: float) -> float:
    """MiB/s of data, out and in one after the other."""
    used = 256 * MIB
    with _folder() as folder:
        fill(folder / "disk", used, used)
        found = in_a_process(folder / "disk", folder / "ours", count, delay)
        return used / MIB / float(found["export"] + found["import"])


def main() -> None:
    found = compared()
    data = USED / MIB
    print(f"{data:.0f} MiB of data on {SIZE // GIB} GiB        seconds     MiB/s  to qemu-img")
    rows = {
        "export into the chunk store": found.export,
        "import from it": found.imported,
        "both": found.export + found.imported,
        "delta of 64 leaves, both": found.delta,
        "qemu-img convert": found.qemu_img,
    }
    if found.nbdcopy is not None:
        rows["nbdcopy"] = found.nbdcopy
    for name, seconds in rows.items():
        print(f"{name:30}{seconds:8.2f}{data / seconds:10.0f}{seconds / found.qemu_img:10.2f}x")
    for gib in SPARSE:
        print(f"peak memory, {gib:3} GiB sparse: {memory(gib):.0f} MiB")
    print(f"workers   MiB/s here   MiB/s with {FAR * 1000:.0f} ms a request")
    for count in (1, 2, 4, 8, 16):
        print(f"{count:7}{workers(count, 0):13.0f}{workers(count, FAR):13.0f}")
    for delay, threads in ((0, 8), (FAR, 8), (FAR, 32)):
        deltas.report(delay, threads)


if __name__ == "__main__":
    main()
