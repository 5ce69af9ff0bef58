"""A disk's bytes as a sparse file, and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from .blocks import BLOCK, Blocks

_GIB = 1024**3


def fill(file: Path, blocks: Blocks, disk_id: str, size_gb: int) -> None:
    """It appears whole: a guest that looks for it never sees half of it."""
    draft = file.with_name(f".{file.name}")
    with draft.open("wb") as made:
        made.truncate(size_gb * _GIB)
        for index in blocks.indexes(disk_id):
            made.seek(index * BLOCK)
            made.write(blocks.read(disk_id, index * BLOCK, BLOCK))
    draft.replace(file)


def take_back(file: Path, blocks: Blocks, disk_id: str) -> None:
    """The blocks that differ now; a hole that was punched is zeros."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        known = set(blocks.indexes(disk_id))
        for index in sorted(known | set(_with_data(descriptor))):
            data = os.pread(descriptor, BLOCK, index * BLOCK)
            if data != blocks.read(disk_id, index * BLOCK, BLOCK):
                blocks.write(disk_id, index * BLOCK, data)
    finally:
        os.close(descriptor)


def _with_data(descriptor: int) -> Iterator[int]:
    offset, end = 0, os.fstat(descriptor).st_size
    while offset < end:
        try:
            data = os.lseek(descriptor, offset, os.SEEK_DATA)
        except OSError:  # ENXIO: no more data
            return
        offset = os.lseek(descriptor, data, os.SEEK_HOLE)
        yield from range(data // BLOCK, -(-offset // BLOCK))
