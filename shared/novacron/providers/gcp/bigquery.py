"""Queries of BigQuery by REST: its own library makes floats of numbers, of which a bill is full.

https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/query
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from novacron.errors import NotReady
from novacron.providers.gcp.base import GcpBase
from novacron.providers.gcp.errors import translated

PAGE = 10_000
WAIT_MS = 60_000
"""How long BigQuery may work before it answers that it is not done."""
TIMEOUT = 90
START = datetime(1970, 1, 1, tzinfo=UTC)
Parameters = dict[str, str | date | datetime]
Row = dict[str, Any]


class BigQuery(GcpBase):
    def select(self, sql: str, parameters: Parameters) -> Iterator[Row]:
        """Rows, nested as in the table: numbers as text, times as datetimes.

        Raises NotReady: BigQuery is still at work, and the same call finds the same job. NotFound:
        there is no such table.
        """
        page = self._start(sql, parameters)
        while True:
            fields = page["schema"]["fields"]
            for row in page.get("rows", []):
                yield _record(fields, row)
            if not page.get("pageToken"):
                return
            page = self._following(page["jobReference"], page["pageToken"])

    def _start(self, sql: str, parameters: Parameters) -> dict[str, Any]:
        given = [_parameter(name, value) for name, value in parameters.items()]
        asked = {"query": sql, "queryParameters": given}
        # The same request finds the same job, for 15 minutes at least.
        request = sha256(json.dumps([self.account.project, asked]).encode()).hexdigest()[:36]
        settings = {
            "useLegacySql": False,
            "parameterMode": "NAMED",
            "maxResults": PAGE,
            "timeoutMs": WAIT_MS,
            "requestId": request,
        }
        return self._asked("POST", "queries", json=asked | settings)

    def _following(self, job: dict[str, str], token: str) -> dict[str, Any]:
        told = {"pageToken": token, "maxResults": PAGE, "timeoutMs": WAIT_MS}
        told |= {"location": job["location"]}
        return self._asked("GET", f"queries/{job['jobId']}", params=told)

    @translated
    def _asked(self, method: str, path: str, **told: Any) -> dict[str, Any]:
        from google.api_core.exceptions import from_http_response
        from google.auth.transport.requests import AuthorizedSession

        account = self.account
        url = f"{account.bigquery_url}/bigquery/v2/projects/{account.project}/{path}"
        self.limit("read")
        with AuthorizedSession(self.credentials) as session:
            answer = session.request(method, url, timeout=TIMEOUT, **told)
        if answer.status_code >= 400:
            raise from_http_response(answer)  # type: ignore[no-untyped-call]
        found: dict[str, Any] = answer.json()
        if not found.get("jobComplete"):
            raise NotReady("BigQuery is still working on the query.")
        return found


def _parameter(name: str, value: str | date | datetime) -> dict[str, Any]:
    kind, text = "STRING", str(value)
    if isinstance(value, datetime):
        kind, text = "TIMESTAMP", value.isoformat()
    elif isinstance(value, date):
        kind, text = "DATE", value.isoformat()
    return {"name": name, "parameterType": {"type": kind}, "parameterValue": {"value": text}}


def _record(fields: list[dict[str, Any]], row: dict[str, Any]) -> Row:
    cells = zip(fields, row["f"], strict=True)
    return {of["name"]: _value(of, cell["v"]) for of, cell in cells}


def _value(of: dict[str, Any], value: Any) -> Any:
    if of.get("mode") == "REPEATED":
        single = {**of, "mode": "NULLABLE"}
        return [_value(single, one["v"]) for one in value or []]
    if value is None:
        return None
    if of["type"] in ("RECORD", "STRUCT"):
        return _record(of["fields"], value)
    if of["type"] == "TIMESTAMP":
        # Seconds since 1970, which may be in exponent notation.
        return START + timedelta(microseconds=int(Decimal(value) * 1_000_000))
    return value
