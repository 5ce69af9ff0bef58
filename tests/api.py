"""Call the functions as API Gateway does, in this process."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.openapi import document
from novacron.tenancy.principal import Principal
from tests.roles import role_of

CONTEXT = SimpleNamespace(
    function_name="test",
    memory_limit_in_mb=256,
    invoked_function_arn="arn:aws:lambda:us-east-1:1:function:test",
    aws_request_id="request-1",
    get_remaining_time_in_millis=lambda: 20_000,
)


@dataclass
class Reply:
    status: int
    body: Any
    headers: dict[str, str]
    text: str


def routes() -> list[tuple[str, re.Pattern[str], str, str]]:
    """(method, path pattern, path as written, module) of every route."""
    found = []
    for path, methods in document()["paths"].items():
        pattern = re.compile(re.sub(r"\{[^}]+\}", r"[^/]+", path) + "$")
        for method, operation in methods.items():
            package, _, name = operation["operationId"].partition("_")
            found.append((method.upper(), pattern, path, f"functions.{package}.{name}"))
    return sorted(found, key=lambda route: "{" in route[2])


ROUTES = routes()


def call(
    who: Principal | None,
    method: str,
    path: str,
    body: Any = None,
    key: str | None = None,
    raw: str | None = None,
    signed: dict[str, str] | None = None,
) -> Reply:
    """One request. ``raw`` is sent as it is in the place of ``body``; ``signed`` is what the
    authorizer says of an agent's request."""
    url = urlsplit(path)
    module = next(m for verb, p, _, m in ROUTES if verb == method and p.match(url.path))
    headers = {"Content-Type": "application/json"}
    if key is not None:
        headers["Idempotency-Key"] = key
    query = parse_qs(url.query, keep_blank_values=True)
    context: dict[str, Any] = {"requestId": "req-1", "stage": "v1", "httpMethod": method}
    if who is not None:
        roles = " ".join(sorted(who.roles))
        told = {"tenant": who.tenant, "subject": who.subject, "roles": roles}
        context["authorizer"] = {**told, **(signed or {})}
    event = {
        "resource": url.path,
        "path": url.path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": None,
        "requestContext": context,
        "body": raw if raw is not None else (None if body is None else json.dumps(body)),
        "isBase64Encoded": False,
    }
    with role_of(module):
        answer = import_module(module).lambda_handler(event, CONTEXT)
    text = answer.get("body") or ""
    headers = {name: values[0] for name, values in answer.get("multiValueHeaders", {}).items()}
    return Reply(answer["statusCode"], json.loads(text) if text else None, headers, text)
