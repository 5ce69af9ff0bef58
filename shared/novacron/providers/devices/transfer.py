"""Disks out of and into attached block devices.

An export's disk is the device named after its ``source_id``, an import's the one named after the
last part of its ``id``. Whoever attached them says when: here nothing is made or removed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from novacron.errors import Conflict, NotFound, ProviderUnavailable
from novacron.models.transfer import Export, Extent, Import, TransferState
from novacron.providers.devices.files import opened, read_all, runs, size_of, write_all
from novacron.providers.transfer import GRAIN_BYTES, DiskExport, DiskImport, Flushing

AT_ONCE = 4 * 1024 * 1024
"""Persistent Disk is fastest with large requests; eight of these under way are 32 MiB:
https://cloud.google.com/compute/docs/disks/optimizing-pd-performance"""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class DeviceFolder:
    """``folder`` holds a file for each attached disk, ``prefix`` and the device's name."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.folder = folder
        self.prefix = prefix

    def device(self, name: str) -> Path:
        """NotFound also for what is no name, so that nothing else can be read here."""
        if not _NAME.fullmatch(name):
            raise NotFound(f"There is no device {name!r}.")
        return self.folder / f"{self.prefix}{name}"


class DevicesExport(DeviceFolder, DiskExport):
    """Nobody knows here what changed: with ``since_id`` all of a disk is told, without it all
    but the holes."""

    read_bytes = AT_ONCE

    def extents(self, export: Export, disk: int, offset: int, length: int) -> Iterator[Extent]:
        told = export.disks[disk]
        with opened(self.device(told.source_id), os.O_RDONLY) as descriptor:
            if size_of(descriptor) < told.size_bytes:
                raise ProviderUnavailable(f"{told.source_id} is smaller than its disk was.")
            for start, end, hole in runs(descriptor, offset, length):
                if told.since_id is not None or not hole:
                    yield Extent(offset=start, length=end - start, zero=hole)

    def read(self, export: Export, disk: int, offset: int, length: int) -> bytes:
        with opened(self.device(export.disks[disk].source_id), os.O_RDONLY) as descriptor:
            return read_all(descriptor, offset, length)


class DevicesImport(DeviceFolder, DiskImport, Flushing):
    write_bytes = AT_ONCE
    write_granularity = GRAIN_BYTES
    reads_sealed = False

    def write(self, target: Import, offset: int, data: bytes) -> None:
        with self._open(target, os.O_WRONLY) as descriptor:
            if offset + len(data) > size_of(descriptor):
                # Beyond its end a device refuses, and a file in its place would grow.
                raise Conflict(f"{target.id} ends before {offset + len(data)}.")
            write_all(descriptor, offset, data)

    def flush(self, target: Import) -> None:
        with self._open(target, os.O_WRONLY) as descriptor:
            os.fdatasync(descriptor)

    def read_back(self, target: Import, offset: int, length: int) -> bytes:
        """From the disk, not from what this machine remembers of it, once it was flushed."""
        with self._open(target, os.O_RDONLY) as descriptor:
            os.posix_fadvise(descriptor, offset, length, os.POSIX_FADV_DONTNEED)
            return read_all(descriptor, offset, length)

    def _open(self, target: Import, flags: int) -> AbstractContextManager[int]:
        if target.state is not TransferState.OPEN:
            raise Conflict(f"{target.id} is {target.state.value}.")
        return opened(self.device(target.id.rpartition("/")[2]), flags)
