"""A raw file as a disk to read from and to write to."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from novacron.models.transfer import Export, ExportedDisk, Extent, Import, TransferState
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES, DiskExport, DiskImport


class RawFile(DiskExport, DiskImport):
    """``changed``: what an export with ``since`` tells, as a dirty bitmap would. ``delay``: seconds
    that each read and write takes longer, as over a network. ``granularity``: of both."""

    read_bytes = 8 * LEAF_BYTES
    write_bytes = 8 * LEAF_BYTES

    def __init__(
        self, path: Path, size: int, delay: float = 0, granularity: int = GRAIN_BYTES
    ) -> None:
        self.size, self.delay = size, delay
        self.read_granularity = self.write_granularity = granularity  # type: ignore[misc]
        self.changed: list[Extent] = []
        self._file = os.open(path, os.O_RDWR | os.O_CREAT)
        os.ftruncate(self._file, size)

    def export(self, number: int) -> Export:
        """The ``number``-th, told against the one before."""
        before = number - 1 if number else None
        disk = ExportedDisk(
            volume_id="disk",
            size_bytes=self.size,
            source_id=f"s{number}",
            since_id=None if before is None else f"s{before}",
        )
        return Export(
            id=f"e{number}",
            vm_id="vm",
            state=TransferState.OPEN,
            disks=[disk],
            since=None if before is None else f"e{before}",
        )

    def target(self) -> Import:
        return Import(id="i", state=TransferState.OPEN, size_bytes=self.size)

    def extents(self, export: Export, disk: int, offset: int, length: int) -> Iterator[Extent]:
        end = offset + length
        if export.since is not None:
            yield from (one for one in self.changed if offset <= one.offset < end)
            return
        try:
            while offset < end:
                start = os.lseek(self._file, offset, os.SEEK_DATA)
                offset = min(end, os.lseek(self._file, start, os.SEEK_HOLE))
                if start < offset:
                    yield Extent(offset=start, length=offset - start)
        except OSError as error:
            if error.errno != errno.ENXIO:  # No data after this.
                raise

    def read(self, export: Export, disk: int, offset: int, length: int) -> bytes:
        time.sleep(self.delay)
        return os.pread(self._file, length, offset)

    def write(self, target: Import, offset: int, data: bytes) -> None:
        time.sleep(self.delay)
        os.pwrite(self._file, data, offset)

    def _unused(self, *_: Any) -> Any:
        raise NotImplementedError

    begin_export = get_export = end_export = delete_export = _unused  # type: ignore[assignment]
    begin_import = get_import = seal_import = delete_import = _unused  # type: ignore[assignment]
    read_back = assemble_vm = _unused  # type: ignore[assignment]
