"""Parameters of a request, checked against the limits of the API's model."""

from __future__ import annotations

import json
import re
from typing import Any

from werkzeug.wrappers import Response

from ..wire import Call
from .errors import invalid


def snapshot_id_of(text: object) -> str:
    if not re.fullmatch(r"snap-[0-9a-f]+", str(text)):
        raise invalid(f"'{text}' is not a snapshot id", "INVALID_SNAPSHOT_ID")
    return str(text)


def path_part(call: Call, position: int) -> str:
    """Part of "/snapshots/{1}/blocks/{3}"."""
    return call.path.strip("/").split("/")[position]


def number(text: object, name: str, least: int, most: int | None = None) -> int:
    """Raises ValidationException for what is no whole number within the bounds."""
    try:
        value = int(str(text))
    except ValueError as e:
        raise invalid(f"{name} is not a whole number") from e
    if value < least or (most is not None and value > most):
        raise invalid(f"{name} {value} is not from {least} to {most}")
    return value


def header(call: Call, name: str) -> str:
    """A required header. Raises ValidationException."""
    value = call.headers.get(name)
    if not value:
        raise invalid(f"{name} is missing")
    return value


def reply(body: dict[str, Any], status: int) -> Response:
    told = {name: value for name, value in body.items() if value is not None}
    return Response(json.dumps(told), status, content_type="application/json")
