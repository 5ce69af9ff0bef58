"""The bytes of disks, snapshots and images, in SQLite. What was never written reads as zeros."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import RLock

BLOCK = 65536
_SCHEMA = """CREATE TABLE IF NOT EXISTS block (
    owner TEXT, idx INTEGER, data BLOB, PRIMARY KEY (owner, idx)) WITHOUT ROWID"""


class Blocks:
    """``owner`` is a resource's numeric id."""

    def __init__(self, file: Path) -> None:
        self._lock = RLock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        # Enough against a kill of the process; only a power cut could lose something.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(_SCHEMA)

    def copy(self, source: str, target: str) -> None:
        with self._lock:
            self._db.execute(
                "INSERT INTO block SELECT ?, idx, data FROM block WHERE owner = ?", (target, source)
            )

    def drop(self, owner: str) -> None:
        with self._lock:
            self._db.execute("DELETE FROM block WHERE owner = ?", (owner,))

    def stored(self, owner: str) -> int:
        """Bytes that are kept."""
        with self._lock:
            query = "SELECT count(*) FROM block WHERE owner = ?"
            return int(self._db.execute(query, (owner,)).fetchone()[0]) * BLOCK

    def indexes(self, owner: str) -> list[int]:
        """The blocks that are kept."""
        with self._lock:
            query = "SELECT idx FROM block WHERE owner = ? ORDER BY idx"
            return [int(row[0]) for row in self._db.execute(query, (owner,))]

    def read(self, owner: str, offset: int, length: int) -> bytes:
        with self._lock:
            spans = _spans(offset, length)
            return b"".join(self._block(owner, index)[a:b] for index, a, b in spans)

    def write(self, owner: str, offset: int, data: bytes) -> None:
        done = 0
        with self._lock:
            for index, start, end in _spans(offset, len(data)):
                block = bytearray(self._block(owner, index))
                block[start:end] = data[done : done + end - start]
                done += end - start
                row = (owner, index, bytes(block))
                self._db.execute("INSERT OR REPLACE INTO block VALUES (?, ?, ?)", row)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _block(self, owner: str, index: int) -> bytes:
        query = "SELECT data FROM block WHERE owner = ? AND idx = ?"
        row = self._db.execute(query, (owner, index)).fetchone()
        return bytes(row[0]) if row else bytes(BLOCK)


def _spans(offset: int, length: int) -> Iterator[tuple[int, int, int]]:
    """(block, first byte in it, byte after the last in it)."""
    end = offset + length
    while offset < end:
        index, start = divmod(offset, BLOCK)
        stop = min(BLOCK, start + end - offset)
        yield index, start, stop
        offset += stop - start
