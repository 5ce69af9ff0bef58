"""BigQuery v2: synchronous queries and their pages, over tables that DuckDB holds.

https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query

What of BigQuery's SQL DuckDB has in the same words is answered; names in backticks are tables, and
``@name`` a parameter. Values are written as BigQuery writes them: text, times as seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from .errors import GoogleError, not_found
from .routes import route
from .store import Body
from .wire import Call

if TYPE_CHECKING:
    import pyarrow as pa

    from .project import LocalProject

PAGE = 10_000
_TABLE = re.compile(r"`([\w-]+\.\w+\.[\w-]+)`")
_PARAMETER = re.compile(r"@(\w+)")
_KINDS = [("timestamp", "TIMESTAMP"), ("int", "INTEGER"), ("double", "FLOAT"), ("date", "DATE")]
_KINDS += [("decimal", "NUMERIC"), ("bool", "BOOLEAN")]


@dataclass
class Warehouse:
    """``tables``: "project.dataset.table" -> Arrow table. ``done``: job id -> schema and rows."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    done: dict[str, tuple[list[Body], list[Body]]] = field(default_factory=dict)
    requests: dict[str, str] = field(default_factory=dict)
    """Request id -> job id: the same request is answered by the same job."""


@route("jobs.query")
def query(project: LocalProject, call: Call) -> Body:
    asked, here = call.body, project.warehouse
    if asked.get("useLegacySql", True):
        raise GoogleError(400, "invalidQuery", "This service has GoogleSQL alone.")
    request = asked.get("requestId", "")
    job = here.requests.get(request) if request else None
    if job is None:
        job = f"job_{len(here.done) + 1}"
        here.done[job] = _run(here, asked)
        if request:
            here.requests[request] = job
    return _page(project, job, 0, int(asked.get("maxResults", PAGE)))


@route("jobs.getQueryResults")
def results(project: LocalProject, call: Call) -> Body:
    job = call.params["queriesId"]
    if job not in project.warehouse.done:
        raise not_found(f"Job {job}")
    start = int(call.params.get("pageToken", call.params.get("startIndex", 0)))
    return _page(project, job, start, int(call.params.get("maxResults", PAGE)))


def _run(here: Warehouse, asked: Body) -> tuple[list[Body], list[Body]]:
    import duckdb

    connection = duckdb.connect(":memory:", config={"enable_external_access": False})
    connection.execute("SET TimeZone = 'UTC'")
    for name in _TABLE.findall(asked["query"]):
        if name not in here.tables:
            raise not_found(f"Table {name}")
        connection.register(name, here.tables[name])
    sql = _TABLE.sub(r'"\1"', asked["query"])
    given = {one["name"]: _given(one) for one in asked.get("queryParameters", [])}
    used = set(_PARAMETER.findall(sql))
    if used != given.keys():
        raise GoogleError(400, "invalidQuery", f"Query parameters {sorted(used ^ given.keys())}.")
    try:
        done: Any = connection.sql(_PARAMETER.sub(r"$\1", sql), params=given or None)
        found = done.to_arrow_table()
    except duckdb.Error as e:
        raise GoogleError(400, "invalidQuery", str(e)) from e
    schema = [_field(one.name, one.type) for one in found.schema]
    return schema, [_row(schema, row) for row in found.to_pylist()]


def _given(one: Body) -> Any:
    kind, text = one["parameterType"]["type"], one["parameterValue"]["value"]
    readers: dict[str, Any] = {
        "STRING": str,
        "DATE": date.fromisoformat,
        "TIMESTAMP": datetime.fromisoformat,
    }
    if kind not in readers:
        raise GoogleError(400, "invalid", f"This service has no parameters of type {kind}.")
    return readers[kind](text)


def _field(name: str, kind: pa.DataType) -> Body:
    import pyarrow as pa

    mode = "NULLABLE"
    if isinstance(kind, pa.ListType):
        mode, kind = "REPEATED", kind.value_type
    if isinstance(kind, pa.StructType):
        parts = [_field(part.name, part.type) for part in kind]
        return {"name": name, "type": "RECORD", "mode": mode, "fields": parts}
    told = next((ours for word, ours in _KINDS if str(kind).startswith(word)), "STRING")
    return {"name": name, "type": told, "mode": mode}


def _row(schema: list[Body], row: dict[str, Any]) -> Body:
    return {"f": [{"v": _value(one, row[one["name"]])} for one in schema]}


def _value(of: Body, value: Any) -> Any:
    if of["mode"] == "REPEATED":
        return [{"v": _value({**of, "mode": "NULLABLE"}, one)} for one in value or []]
    if value is None:
        return None
    if of["type"] == "RECORD":
        return _row(of["fields"], value)
    match value:
        case datetime():
            return f"{value.timestamp():.6f}"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value.normalize(), "f")
        case float():
            return repr(value)
    return str(value)


def _page(project: LocalProject, job: str, start: int, most: int) -> Body:
    schema, rows = project.warehouse.done[job]
    end = start + min(most, PAGE)
    found: Body = {
        "kind": "bigquery#queryResponse",
        "schema": {"fields": schema},
        "jobReference": {"projectId": project.project_id, "jobId": job, "location": "EU"},
        "totalRows": str(len(rows)),
        "rows": rows[start:end],
        "jobComplete": True,
        "cacheHit": False,
    }
    return found | ({"pageToken": str(end)} if end < len(rows) else {})
