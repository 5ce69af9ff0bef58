"""Requests and errors as they are on the wire."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl
from uuid import uuid4
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from ..common.faults import Fault

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Call:
    """One request: which service and operation it is for, from its signature and body."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    service: str
    region: str
    operation: str

    def form(self) -> dict[str, str]:
        """The body as a form's fields."""
        return dict(parse_qsl(self.body.decode(errors="replace")))

    def json(self) -> dict[str, object]:
        """The body as a JSON object; {} when it is empty."""
        found = json.loads(self.body) if self.body else {}
        if not isinstance(found, dict):
            raise TypeError("the body is not a JSON object")
        return found


def read_call(environ: WSGIEnvironment, body: bytes) -> Call:
    headers = {k[5:].replace("_", "-").lower(): v for k, v in environ.items() if k[:5] == "HTTP_"}
    path = str(environ.get("PATH_INFO", "/"))
    scope = _SCOPE.search(headers.get("authorization", ""))
    region, service = scope.groups() if scope else ("us-east-1", "")
    if not service and path.startswith("/snapshots"):
        service = "ebs"
    method = str(environ["REQUEST_METHOD"])
    query = dict(parse_qsl(str(environ.get("QUERY_STRING", "")), keep_blank_values=True))
    if service == "ebs":
        operation = ebs_operation(method, path)
    else:
        # Query requests may come by GET:
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html
        operation = query.get("Action") or _operation(headers, path, body)
    return Call(method, path, query, headers, body, service, region, operation)


def _operation(headers: dict[str, str], path: str, body: bytes) -> str:
    if target := headers.get("x-amz-target"):
        return target.rpartition(".")[2]
    # https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
    if "/operation/" in path:
        return path.rpartition("/")[2]
    if b"Action=" in body[:65536]:
        return parse_qs(body.decode(errors="replace")).get("Action", [""])[0]
    return ""


_EBS_PATHS = (
    ("POST", r"/snapshots", "StartSnapshot"),
    ("POST", r"/snapshots/completion/[^/]+", "CompleteSnapshot"),
    ("PUT", r"/snapshots/[^/]+/blocks/[^/]+", "PutSnapshotBlock"),
    ("GET", r"/snapshots/[^/]+/blocks/[^/]+", "GetSnapshotBlock"),
    ("GET", r"/snapshots/[^/]+/blocks", "ListSnapshotBlocks"),
    ("GET", r"/snapshots/[^/]+/changedblocks", "ListChangedBlocks"),
)


def ebs_operation(method: str, path: str) -> str:
    """The EBS direct operation of a path, "" when there is none."""
    for verb, pattern, name in _EBS_PATHS:
        if verb == method and re.fullmatch(pattern, path):
            return name
    return ""


def json_response(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


def fault_response(call: Call, fault: Fault) -> Response:
    """The fault in the protocol that the caller speaks."""
    headers = {"x-amzn-RequestId": str(uuid4())}
    if fault.retry_after is not None:
        headers["Retry-After"] = f"{fault.retry_after:g}"
    if call.service == "ebs" or "x-amz-target" in call.headers:
        headers["x-amzn-ErrorType"] = fault.code
        body = json.dumps({"__type": fault.code, "message": fault.message})
        return Response(body, fault.http_status, headers, content_type="application/json")
    return Response(_xml(call, fault), fault.http_status, headers, content_type="text/xml")


def _xml(call: Call, fault: Fault) -> str:
    code, message = escape(fault.code), escape(fault.message)
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    if call.service == "ec2":
        return f"<Response><Errors>{error}</Errors><RequestID>{uuid4()}</RequestID></Response>"
    return f"<ErrorResponse>{error}<RequestId>{uuid4()}</RequestId></ErrorResponse>"
