"""Requests and replies as they are on the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from werkzeug.wrappers import Response

from .errors import GoogleError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; {} when it is empty."""
        if not self.body:
            return {}
        try:
            found = json.loads(self.body)
        except ValueError as e:
            raise GoogleError(400, "parseError", f"Invalid JSON payload received. {e}") from e
        if not isinstance(found, dict):
            raise GoogleError(400, "parseError", "Invalid JSON payload received. Not an object.")
        return found

    def form(self) -> dict[str, str]:
        """The body as a form's fields."""
        return dict(parse_qsl(self.body.decode(errors="replace")))


@dataclass(frozen=True)
class Call:
    """One call of a method that the discovery document names, checked against it.

    ``params`` holds path and query parameters in the types that the document gives them.
    """

    operation: str
    path: str
    params: dict[str, Any]
    body: dict[str, Any] = field(default_factory=dict)
    user: str = ""


def read_request(environ: WSGIEnvironment) -> Request:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    headers = {k[5:].replace("_", "-").lower(): v for k, v in environ.items() if k[:5] == "HTTP_"}
    return Request(
        str(environ["REQUEST_METHOD"]),
        str(environ.get("PATH_INFO", "/")),
        parse_qsl(str(environ.get("QUERY_STRING", "")), keep_blank_values=True),
        headers,
        environ["wsgi.input"].read(length) if length else b"",
    )


def reply(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json; charset=UTF-8")


def error_reply(error: GoogleError) -> Response:
    response = reply(error.body(), error.code)
    if error.retry_after is not None:
        response.headers["Retry-After"] = f"{error.retry_after:g}"
    return response
