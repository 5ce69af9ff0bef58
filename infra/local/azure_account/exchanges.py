"""A record of what went over the wire, for checks against Microsoft's specifications."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from .wire import Answer, Call

_HEADERS = ("azure-asyncoperation", "location", "retry-after", "etag", "x-ms-request-id")


def record(file: str, call: Call, answer: Answer) -> None:
    """One line: never the authorization header."""
    told: dict[str, Any] = {
        "operation": call.operation,
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "if": {n: v for n, v in call.headers.items() if n in ("if-match", "if-none-match")},
        "request": _parsed(call.body),
        "status": answer.status,
        "headers": {n: v for n, v in answer.headers.items() if n.lower() in _HEADERS},
        "response": answer.body if not isinstance(answer.body, bytes) else None,
    }
    with Path(file).open("a", encoding="utf-8") as out:
        out.write(json.dumps(told) + "\n")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
