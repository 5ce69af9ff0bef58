"""Disks to copy: half of their data does not compress, half does as programs do (about 2.5:1)."""

from __future__ import annotations

import random
from pathlib import Path

from cryptography.hazmat.bindings import _rust

from novacron.models.transfer import Extent
from novacron.providers.transfer import LEAF_BYTES


def fill(path: Path, size: int, used: int, seed: int = 1) -> None:
    """A raw disk of ``size`` bytes with ``used`` bytes of data, in runs of 8 MiB spread over it."""
    chance = random.Random(seed)
    program = Path(_rust.__file__).read_bytes()
    run = 16 * LEAF_BYTES
    count = used // run
    with path.open("wb") as file:
        file.truncate(size)
        for number in range(count):
            file.seek(size // count * number // LEAF_BYTES * LEAF_BYTES)
            for leaf in range(16):
                file.write(chance.randbytes(LEAF_BYTES) if leaf % 2 else _mixed(program, chance))


def _mixed(program: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(program) - LEAF_BYTES)
    return chance.randbytes(16) + program[start : start + LEAF_BYTES - 16]


def scattered(path: Path, size: int, count: int, seed: int = 3) -> list[int]:
    """A raw disk of ``size`` bytes that holds data where ``count`` random writes of 4 KiB will go;
    returns where, which ``overwrite`` does."""
    chance = random.Random(seed)
    program = Path(_rust.__file__).read_bytes()
    places = sorted(chance.randrange(size // 4096) * 4096 for _ in range(count))
    with path.open("wb") as file:
        file.truncate(size)
        for leaf in sorted({place // LEAF_BYTES for place in places}):
            file.seek(leaf * LEAF_BYTES)
            file.write(chance.randbytes(LEAF_BYTES) if leaf % 2 else _mixed(program, chance))
    return places


def overwrite(path: Path, places: list[int], seed: int = 4) -> None:
    chance = random.Random(seed)
    with path.open("r+b") as file:
        for place in places:
            file.seek(place)
            file.write(chance.randbytes(4096))


def change(path: Path, leaves: int, seed: int = 2) -> list[Extent]:
    """Write 4 KiB into each of so many different leaves that hold data; returns where."""
    chance = random.Random(seed)
    size = path.stat().st_size
    told = []
    with path.open("r+b") as file:
        for leaf in sorted(chance.sample(range(size // LEAF_BYTES), leaves)):
            offset = leaf * LEAF_BYTES + 4096 * chance.randrange(LEAF_BYTES // 4096)
            file.seek(offset)
            file.write(chance.randbytes(4096))
            told.append(Extent(offset=offset, length=4096))
    return told
