"""A memory cloud that lives in a file, for functions that run as processes of their own."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from novacron.providers.memory.cloud import MemoryCloud


class FileKeeper:
    """``path`` holds the cloud; a lock beside it admits one operation at a time.

    The file is ours alone: its folder comes from the deployment, never from a request, because
    reading a pickle runs what it says (https://docs.python.org/3/library/pickle.html).
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def opened(self, new: MemoryCloud) -> Iterator[MemoryCloud]:
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            cloud = self._read() or new
            try:
                yield cloud
            finally:
                self._write(cloud)

    def _read(self) -> MemoryCloud | None:
        if not self._path.exists():
            return None
        found = pickle.loads(self._path.read_bytes())  # noqa: S301 - our own file
        return found if isinstance(found, MemoryCloud) else None

    def _write(self, cloud: MemoryCloud) -> None:
        whole = self._path.with_suffix(".new")
        whole.write_bytes(pickle.dumps(cloud))
        os.replace(whole, self._path)  # noqa: PTH105 - atomic on POSIX
