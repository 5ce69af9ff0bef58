"""What the agent was asked and what came of it, on disk before anybody is told.

A command's id is kept a week, longer than the functions keep it: one that is given again is not
carried out again, its result is sent again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from novacron.models.agent import Command, Outcome, Result
from novacron.providers.agent.wire import SHARD_WORK

KEPT = "-7 days"
LATE = "-15 minutes"
"""Whoever asked has given up; what was asked may not be wanted any more."""
LATE_SHARDS = "-6 hours"
"""Jobs wait for each other; a late one writes what its import is to hold, or is refused."""
AT_ONCE = 10
"""Results sent in one request: Lambda takes 6 MB, an outcome has at most 0.3."""


class Journal:
    """Every method is one transaction, on the disk when it returns (WAL with synchronous=FULL:
    https://www.sqlite.org/pragma.html#pragma_synchronous)."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        for statement in (
            "PRAGMA journal_mode=WAL",
            "PRAGMA synchronous=FULL",
            "CREATE TABLE IF NOT EXISTS commands (number INTEGER PRIMARY KEY, id TEXT UNIQUE,"
            " command TEXT, outcome TEXT, sent INTEGER DEFAULT 0, at TEXT DEFAULT (datetime()))",
        ):
            self._do(statement)
        self._do("DELETE FROM commands WHERE sent AND at < datetime('now', ?)", (KEPT,))

    def accept(self, commands: Sequence[Command]) -> None:
        """Take new ones; of one that is known, its result is to be sent again."""
        for one in commands:
            self._do(
                "INSERT INTO commands (id, command) VALUES (?, ?)"
                " ON CONFLICT (id) DO UPDATE SET sent = 0",
                (one.id, one.model_dump_json()),
            )

    def next(self, shards: bool = False, but: Collection[str] = ()) -> tuple[Command, bool] | None:
        """The oldest without a result, ``but`` for these, and whether it is too late to begin it;
        ``shards``: of their jobs, otherwise of all else.

        After a crash those are what it was in the midst of.
        """
        query = (
            "SELECT command, at < datetime('now', ?) FROM commands WHERE outcome IS NULL"
            " AND ? = (json_extract(command, '$.method') IN (SELECT value FROM json_each(?)))"
            " AND id NOT IN (SELECT value FROM json_each(?))"
            " ORDER BY number LIMIT 1"
        )
        late, methods = LATE_SHARDS if shards else LATE, json.dumps(sorted(SHARD_WORK))
        found = self._do(query, (late, int(shards), methods, json.dumps(sorted(but))))
        return (Command.model_validate_json(found[0][0]), bool(found[0][1])) if found else None

    def finish(self, command_id: str, outcome: Outcome) -> None:
        text = outcome.model_dump_json()
        self._do("UPDATE commands SET outcome = ? WHERE id = ?", (text, command_id))

    def unsent(self) -> list[Result]:
        query = (
            "SELECT command, outcome FROM commands WHERE outcome IS NOT NULL AND NOT sent"
            " ORDER BY number LIMIT ?"
        )
        rows = self._do(query, (AT_ONCE,))
        found = ((Command.model_validate_json(one), text) for one, text in rows)
        return [
            Result(id=one.id, slot=one.slot, outcome=Outcome.model_validate_json(text))
            for one, text in found
        ]

    def sent(self, ids: Sequence[str]) -> None:
        for one in ids:
            self._do("UPDATE commands SET sent = 1 WHERE id = ?", (one,))

    def holding(self) -> list[str]:
        """Commands whose results are still to be sent."""
        query = "SELECT id FROM commands WHERE outcome IS NULL OR NOT sent LIMIT 1000"
        return [str(one) for (one,) in self._do(query)]

    def _do(self, statement: str, values: tuple[str | int, ...] = ()) -> list[Any]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()
