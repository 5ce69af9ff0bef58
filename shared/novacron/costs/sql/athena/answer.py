"""A finished statement's rows. Athena gives texts; types are its names for the columns.

https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

from novacron.costs.sql.limits import MOST_BYTES, MOST_ROWS
from novacron.models.cost_sql import SqlAnswer, SqlColumn

PAGE = 1000


def _float(text: str) -> float | str:
    value = float(text)
    return value if isfinite(value) else text


_INTEGERS: dict[str, Callable[[str], Any]] = dict.fromkeys(
    ("tinyint", "smallint", "integer", "bigint"), int
)
READ = _INTEGERS | {
    "boolean": lambda text: text == "true",
    **dict.fromkeys(("float", "real", "double"), _float),
}
"""Others stay texts: no digit is lost."""


def read(athena: Any, execution: str) -> SqlAnswer:
    """One page at a time."""
    columns: list[dict[str, Any]] = []
    rows: list[list[Any]] = []
    size = 0
    for page in _pages(athena, execution):
        first = not columns
        columns = page["ResultSetMetadata"]["ColumnInfo"]
        for found in page["Rows"][first:]:  # the first row of all is the columns' names
            row = [
                _value(cell, column["Type"])
                for cell, column in zip(found["Data"], columns, strict=True)
            ]
            size += len(json.dumps(row))
            if size > MOST_BYTES or len(rows) == MOST_ROWS:
                return SqlAnswer(columns=_described(columns), rows=rows, truncated=True)
            rows.append(row)
    return SqlAnswer(columns=_described(columns), rows=rows, truncated=False)


def _pages(athena: Any, execution: str) -> Iterator[dict[str, Any]]:
    more: dict[str, str] = {}
    while True:
        page = athena.get_query_results(QueryExecutionId=execution, MaxResults=PAGE, **more)
        yield page["ResultSet"]
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def _value(cell: dict[str, str], kind: str) -> Any:
    text = cell.get("VarCharValue")
    return None if text is None else READ.get(kind, str)(text)


def _described(columns: list[dict[str, Any]]) -> list[SqlColumn]:
    return [SqlColumn(name=one["Name"], type=_type(one)) for one in columns]


def _type(column: dict[str, Any]) -> str:
    name = str(column["Type"]).upper()
    return f"{name}({column['Precision']},{column['Scale']})" if name == "DECIMAL" else name
