"""Requests, answers and errors as Azure Resource Manager has them on the wire."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl
from uuid import uuid4

from werkzeug.wrappers import Response

from .options import ArmFault

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Json = dict[str, Any]


class ArmError(Exception):
    """https://learn.microsoft.com/en-us/azure/azure-resource-manager/troubleshooting/common-deployment-errors"""

    def __init__(self, status: int, code: str, message: str, target: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.target = target
        self.headers: dict[str, str] = {}

    def body(self) -> Json:
        error: Json = {"code": self.code, "message": self.message}
        if self.target:
            error["target"] = self.target
        return {"error": error}


@dataclass
class Call:
    """One request. ``query`` and ``headers`` have lower-case names, as both ignore case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    base: str
    operation: str = ""
    fault: ArmFault | None = None
    names: dict[str, str] = field(default_factory=dict)

    def json(self) -> Json:
        """The body as an object. Raises ArmError InvalidRequestContent."""
        try:
            found = json.loads(self.body) if self.body else {}
        except ValueError as e:
            raise ArmError(
                400,
                "InvalidRequestContent",
                f"The request content was invalid and could not be deserialized: '{e}'.",
            ) from e
        if not isinstance(found, dict):
            raise ArmError(400, "InvalidRequestContent", "The request content is not an object.")
        return found

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(errors="replace")))


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def read_call(environ: WSGIEnvironment, body: bytes, base: str) -> Call:
    headers = {k[5:].replace("_", "-").lower(): v for k, v in environ.items() if k[:5] == "HTTP_"}
    query = parse_qsl(str(environ.get("QUERY_STRING", "")), keep_blank_values=True)
    return Call(
        method=str(environ["REQUEST_METHOD"]),
        path=str(environ.get("PATH_INFO", "/")),
        query={name.lower(): value for name, value in query},
        headers=headers,
        body=body,
        base=base,
    )


def respond(answer: Answer) -> Response:
    """https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/request-limits-and-throttling"""
    headers = {
        "x-ms-request-id": str(uuid4()),
        "x-ms-correlation-request-id": str(uuid4()),
        **answer.headers,
    }
    if answer.body is None:
        return Response(b"", answer.status, headers)
    if isinstance(answer.body, bytes):
        return Response(answer.body, answer.status, headers)
    body = json.dumps(answer.body)
    return Response(body, answer.status, headers, content_type="application/json; charset=utf-8")


def error_answer(error: ArmError) -> Answer:
    headers = {"x-ms-failure-cause": "service", **error.headers}
    return Answer(error.status, error.body(), headers)


def not_found(resource_id: str) -> ArmError:
    """https://learn.microsoft.com/en-us/azure/azure-resource-manager/troubleshooting/error-not-found"""
    parts = resource_id.strip("/").split("/")
    group = parts[3] if len(parts) > 3 else ""
    name = "/".join(parts[6:])
    what = f"{parts[5]}/{name}" if len(parts) > 5 else resource_id
    return ArmError(
        404,
        "ResourceNotFound",
        f"The Resource '{what}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )
