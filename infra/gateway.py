"""What API Gateway itself answers, in the form of every other problem (RFC 9457).

https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from __future__ import annotations

import json
from typing import Any

ANSWERS = {
    "UNAUTHORIZED": (401, "authentication_failed", "Unauthorized", "Send a valid bearer token."),
    "ACCESS_DENIED": (403, "permission_denied", "Forbidden", "Ask an administrator for the role."),
    "MISSING_AUTHENTICATION_TOKEN": (404, "not_found", "Not Found", "See /openapi.json."),
    "THROTTLED": (429, "throttled", "Too Many Requests", "Try again after a second."),
    "DEFAULT_4XX": (None, "invalid_spec", "Request refused", "See /openapi.json."),
    "DEFAULT_5XX": (None, "internal", "Request failed", "Try again; quote the request's id."),
}


def gateway_responses() -> dict[str, Any]:
    return {name: _answer(*parts) for name, parts in ANSWERS.items()}


def _answer(status: int | None, code: str, title: str, remedy: str) -> dict[str, Any]:
    body = {"type": "about:blank", "title": title, "code": code, "remedy": remedy}
    text = json.dumps({**body, "detail": title, "correlation_id": "$context.requestId"})
    if status is not None:
        text = json.dumps({**json.loads(text), "status": status})
    shown: dict[str, Any] = {
        "ResponseParameters": {"Headers": {"Content-Type": "'application/problem+json'"}},
        "ResponseTemplates": {"application/json": text},
    }
    return shown if status is None else {"StatusCode": status, **shown}
