"""DuckDB over the files of one tenant, with the way to anything else closed before the text runs.

https://duckdb.org/docs/stable/operations_manual/securing_duckdb/overview
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Timer
from typing import Any

import duckdb
from pydantic_core import to_jsonable_python

from novacron.costs.sql.limits import MOST_BYTES, MOST_ROWS, SECONDS
from novacron.costs.visible import RowSource
from novacron.errors import InvalidSpec
from novacron.models.cost_sql import SqlAnswer, SqlColumn, SqlQuestion

MEMORY = "1GB"
FETCHED = 100
"""Rows at a time, so that wide ones stop soon after the limit."""
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": MEMORY,
    "threads": 2,
    "temp_directory": "",  # what does not fit in memory fails: nothing is written
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,  # a name in the text is no variable of ours
}


def run(sources: Sequence[RowSource], question: SqlQuestion, seconds: float = SECONDS) -> SqlAnswer:
    """Raises InvalidSpec (sql): not one SELECT, not valid, not allowed, too long or too large."""
    with closing(duckdb.connect(":memory:", config=CONFIG)) as connection:
        _show(connection, sources)
        _close_ways(connection, [file for source in sources for file in source.files])
        timer = Timer(seconds, connection.interrupt)
        timer.start()
        try:
            return _answer(connection.execute(_only_select(connection, question.sql)))
        except duckdb.InterruptException as error:
            raise _refused(
                f"It took more than {seconds:g} seconds.", "Ask for fewer days or less."
            ) from error
        except (duckdb.InternalException, duckdb.FatalException):
            raise
        except duckdb.Error as error:
            raise _refused(str(error)) from error
        finally:
            timer.cancel()


def _show(connection: duckdb.DuckDBPyConnection, sources: Sequence[RowSource]) -> None:
    connection.execute("SET TimeZone = 'UTC'")
    parts = [
        f"SELECT * FROM read_parquet([{', '.join(_text(file) for file in source.files)}]) "  # noqa: S608
        f"WHERE ChargePeriodStart >= TIMESTAMPTZ '{source.start} 00:00:00+00' "
        f"AND ChargePeriodStart < TIMESTAMPTZ '{source.end} 00:00:00+00'"
        for source in sources
    ]
    # By name, as files from before lack columns that came since.
    connection.execute(f"CREATE VIEW costs AS {' UNION ALL BY NAME '.join(parts)}")


def _close_ways(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    connection.execute(f"SET allowed_paths = [{', '.join(_text(file) for file in files)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _text(file: Path) -> str:
    return "'" + str(file).replace("'", "''") + "'"


def _only_select(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """By DuckDB's own parser: what runs is what was looked at."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise _refused("It is not one SELECT statement.")
    return statements[0]


def _answer(result: duckdb.DuckDBPyConnection) -> SqlAnswer:
    columns = [SqlColumn(name=one[0], type=str(one[1])) for one in result.description or ()]
    rows: list[list[Any]] = []
    size = 0
    while found := result.fetchmany(FETCHED):
        for one in found:
            row = to_jsonable_python(
                list(one), bytes_mode="base64", inf_nan_mode="strings", timedelta_mode="iso8601"
            )
            size += len(json.dumps(row))
            if size > MOST_BYTES or len(rows) == MOST_ROWS:
                return SqlAnswer(columns=columns, rows=rows, truncated=True)
            rows.append(row)
    return SqlAnswer(columns=columns, rows=rows, truncated=False)


def _refused(detail: str, remedy: str | None = None) -> InvalidSpec:
    return InvalidSpec(detail, field="sql", remedy=remedy)
