"""Reading and writing a block device, or a file in its place.

A hole of a file reads as zeros and is found by SEEK_DATA and SEEK_HOLE
(https://man7.org/linux/man-pages/man2/lseek.2.html). Linux has neither for block devices
(fixed_size_llseek in its fs/read_write.c: EINVAL): they are all data.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from novacron.errors import NotFound, NovaCronError, PermissionDenied, ProviderUnavailable


@contextmanager
def opened(path: Path, flags: int) -> Iterator[int]:
    """Its descriptor. Raises NotFound, PermissionDenied, ProviderUnavailable."""
    try:
        descriptor = os.open(path, flags | os.O_CLOEXEC)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _translated(path, error) from error


def size_of(descriptor: int) -> int:
    """Bytes; a block device's ``st_size`` is 0, its end is not."""
    return os.lseek(descriptor, 0, os.SEEK_END)


def runs(descriptor: int, offset: int, length: int) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it is a hole) of [offset, offset + length), in order."""
    end = offset + length
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        yield offset, end, False
        return
    while offset < end:
        data = min(_data_from(descriptor, offset, end), end)
        if data > offset:
            yield offset, data, True
        if data < end:
            hole = min(os.lseek(descriptor, data, os.SEEK_HOLE), end)
            yield data, hole, False
            data = hole
        offset = data


def read_all(descriptor: int, offset: int, length: int) -> bytes:
    """Raises OSError (EIO) where it ends before that."""
    parts, missing = [], length
    while missing:
        part = os.pread(descriptor, missing, offset + length - missing)
        if not part:
            raise OSError(errno.EIO, f"it ends {missing} bytes before {offset + length}")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def write_all(descriptor: int, offset: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        done = os.pwrite(descriptor, rest, offset)
        rest, offset = rest[done:], offset + done


def _data_from(descriptor: int, offset: int, end: int) -> int:
    try:
        return os.lseek(descriptor, offset, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:  # only a hole follows
            return end
        raise


def _translated(path: Path, error: OSError) -> NovaCronError:
    if error.errno in (errno.ENOENT, errno.ENXIO, errno.ENODEV):
        return NotFound(f"{path.name} is not attached.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return PermissionDenied(f"{path.name}: {error.strerror}.")
    return ProviderUnavailable(f"{path.name}: {error.strerror}.")
