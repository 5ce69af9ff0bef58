"""Which block is where: the maps of volumes and snapshots, in SQLite.

Every change is on disk when the call returns, so a killed process loses none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS block (
    owner TEXT, idx INTEGER, digest TEXT, written INTEGER DEFAULT 0, PRIMARY KEY (owner, idx)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS record (kind TEXT, id TEXT, body TEXT, PRIMARY KEY (kind, id));
"""


class BlockMaps:
    """``owner`` is a volume's or snapshot's id; a map leaves out what was never written."""

    def __init__(self, path: Path) -> None:
        self._lock = RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # Enough against a kill of the process; only a power cut could lose something.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and alone."""
        with self._lock:
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def copy(self, source: str, target: str) -> None:
        """``target`` takes over all blocks of ``source``, none of them written by itself."""
        self._run(
            "INSERT INTO block SELECT ?, idx, digest, 0 FROM block WHERE owner = ?",
            target,
            source,
        )

    def derive(self, source: str, target: str) -> None:
        """``copy`` into the same lineage, so that the two can be compared."""
        with self.transaction():
            self.copy(source, target)
            self.save("lineage", target, {"root": self.lineage(source)})

    def lineage(self, owner: str) -> str:
        """The id that a volume or snapshot comes from in the end; its own if from none."""
        record = self.load("lineage", owner)
        return str(record["root"]) if record else owner

    def write(self, owner: str, index: int, digest: str) -> None:
        self._run("INSERT OR REPLACE INTO block VALUES (?, ?, ?, 1)", owner, index, digest)

    def digest(self, owner: str, index: int) -> str | None:
        rows = self._run("SELECT digest FROM block WHERE owner = ? AND idx = ?", owner, index)
        return rows[0][0] if rows else None

    def blocks(self, owner: str, start: int = 0, limit: int = -1) -> list[tuple[int, str]]:
        """(index, digest) in index order."""
        return self._run(
            "SELECT idx, digest FROM block WHERE owner = ? AND idx >= ? ORDER BY idx LIMIT ?",
            owner,
            start,
            limit,
        )

    def written(self, owner: str) -> list[tuple[int, str]]:
        """The blocks that were written to ``owner`` itself, in index order."""
        return self._run(
            "SELECT idx, digest FROM block WHERE owner = ? AND written = 1 ORDER BY idx", owner
        )

    def changed(
        self, first: str, second: str, start: int, limit: int
    ) -> list[tuple[int, str | None, str | None]]:
        """(index, digest in first, digest in second) wherever the two maps differ."""
        return self._run(
            "SELECT idx, max(a), max(b) FROM ("
            " SELECT idx, digest AS a, NULL AS b FROM block WHERE owner = ? AND idx >= ?"
            " UNION ALL SELECT idx, NULL, digest FROM block WHERE owner = ? AND idx >= ?)"
            " GROUP BY idx HAVING max(a) IS NOT max(b) ORDER BY idx LIMIT ?",
            first,
            start,
            second,
            start,
            limit,
        )

    def drop(self, owner: str) -> None:
        self._run("DELETE FROM block WHERE owner = ?", owner)

    def live_digests(self) -> set[str]:
        return {row[0] for row in self._run("SELECT DISTINCT digest FROM block")}

    def save(self, kind: str, record_id: str, body: dict[str, Any]) -> None:
        self._run("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", kind, record_id, _dump(body))

    def load(self, kind: str, record_id: str) -> dict[str, Any] | None:
        rows = self._run("SELECT body FROM record WHERE kind = ? AND id = ?", kind, record_id)
        return json.loads(rows[0][0]) if rows else None

    def forget(self, kind: str, record_id: str) -> None:
        self._run("DELETE FROM record WHERE kind = ? AND id = ?", kind, record_id)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def _run(self, statement: str, *values: object) -> list[Any]:
        with self._lock:
            return self._db.execute(statement, values).fetchall()


def _dump(body: dict[str, Any]) -> str:
    return json.dumps(body, sort_keys=True)
