"""The bytes of disks and snapshots: one sparse file each, so that holes take no room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

PAGE = 512
_STEP = 4 * 1024 * 1024


class Contents:
    """Files by key. A file has a disk's bytes and, after them, its fixed-VHD footer."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def make(self, key: str, size: int) -> None:
        """A file of zeros; nothing when it exists. Growing keeps what is there."""
        with self._path(key).open("ab") as file:
            file.truncate(max(size, file.tell()))

    def copy(self, source: str, key: str) -> None:
        """A copy of the data alone, at the same size."""
        with self._path(source).open("rb") as old, self._path(key).open("wb") as new:
            new.truncate(os.fstat(old.fileno()).st_size)
            for start, end in _extents(old.fileno()):
                for offset in range(start, end, _STEP):
                    data = os.pread(old.fileno(), min(_STEP, end - offset), offset)
                    os.pwrite(new.fileno(), data, offset)

    def size(self, key: str) -> int:
        return self._path(key).stat().st_size

    def read(self, key: str, offset: int, length: int) -> bytes:
        with self._path(key).open("rb") as file:
            return os.pread(file.fileno(), length, offset)

    def write(self, key: str, offset: int, data: bytes) -> None:
        """Raises ValueError beyond the end."""
        if offset < 0 or offset + len(data) > self.size(key):
            raise ValueError("beyond the end of the disk")
        with self._path(key).open("r+b") as file:
            os.pwrite(file.fileno(), data, offset)

    def resize(self, key: str, size: int) -> None:
        os.truncate(self._path(key), size)

    def drop(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def extents(self, key: str) -> list[tuple[int, int]]:
        """(start, end) of the parts that may hold data."""
        with self._path(key).open("rb") as file:
            return list(_extents(file.fileno()))

    def _path(self, key: str) -> Path:
        return self._folder / key


def _extents(file: int) -> Iterator[tuple[int, int]]:
    offset, size = 0, os.fstat(file).st_size
    while offset < size:
        try:
            start = os.lseek(file, offset, os.SEEK_DATA)
        except OSError:
            return  # ENXIO: no data after the offset
        offset = os.lseek(file, start, os.SEEK_HOLE)
        yield start, offset
