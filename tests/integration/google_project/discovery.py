"""Exchanges held against Google's discovery documents, with their schemas as JSON Schema.

Built apart from the local project's own reading of the documents: another validator, and replies
as well. Format: https://developers.google.com/discovery/v1/reference/apis
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

Exchange = dict[str, Any]
_FORMATS = FormatChecker()
_SYSTEM = {"alt", "$alt", "prettyPrint", "fields", "returnPartialSuccess"}
_BITS = {"int32": (-(2**31), 2**31), "uint32": (0, 2**32)}


@_FORMATS.checks("int64")
@_FORMATS.checks("uint64")
def _is_number(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"-?\d{1,20}", value) is not None


@_FORMATS.checks("byte")
def _is_base64(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch(r"[\w+/-]*={0,2}", value) is not None


COMPUTE, DNS, MONITORING = "compute.v1", "dns.v1", "monitoring.v3"
_SERVICES = {"/v3/": MONITORING, "/dns/": DNS}
"""The beginning of a path -> whose it is; all others are Compute Engine's."""


@cache
def document(service: str = COMPUTE) -> dict[str, Any]:
    folder = files("googleapiclient.discovery_cache.documents")
    found: dict[str, Any] = json.loads((folder / f"{service}.json").read_text())
    return found


@cache
def _schemas(service: str) -> dict[str, Any]:
    return {name: _converted(schema) for name, schema in document(service)["schemas"].items()}


def _converted(schema: dict[str, Any]) -> dict[str, Any]:
    """One discovery schema as JSON Schema; properties that it does not name are refused."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    kind = schema.get("type", "any")
    if kind == "object":
        rest = schema.get("additionalProperties")
        return {
            "type": "object",
            "properties": {k: _converted(v) for k, v in schema.get("properties", {}).items()},
            "additionalProperties": _converted(rest) if rest else False,
        }
    if kind == "array":
        return {"type": "array", "items": _converted(schema["items"])}
    made: dict[str, Any] = {} if kind == "any" else {"type": kind}
    if "enum" in schema:
        made["enum"] = schema["enum"]
    layout = schema.get("format")
    if layout in _BITS:
        made |= {"minimum": _BITS[layout][0], "exclusiveMaximum": _BITS[layout][1]}
    return made | ({"format": layout} if layout else {})


@cache
def _validator(service: str, name: str) -> Draft202012Validator:
    schema = {"$ref": f"#/$defs/{name}", "$defs": _schemas(service)}
    return Draft202012Validator(schema, format_checker=_FORMATS)


@cache
def _methods(service: str) -> list[dict[str, Any]]:
    return list(_of_resources(document(service)["resources"]))


def _of_resources(resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for resource in resources.values():
        yield from resource.get("methods", {}).values()
        yield from _of_resources(resource.get("resources", {}))


def faults(exchange: Exchange) -> Iterator[str]:
    """What is not as the service's document says, in one exchange."""
    named = (one for start, one in _SERVICES.items() if exchange["path"].startswith(start))
    service = next(named, COMPUTE)
    path = exchange["path"].removeprefix("/" + document(service)["servicePath"]).lstrip("/")
    verb = exchange["method"]
    found = [m for m in _methods(service) if m["httpMethod"] == verb and _match(m, path)]
    if not found:
        yield f"no such method: {verb} {path}"
        return
    method = found[0]
    yield from _query_faults(method, exchange["query"])
    if "request" in method:
        if exchange["request"] is None:
            yield "the body is missing"
        else:
            yield from _body_faults(service, method["request"]["$ref"], exchange["request"])
    elif exchange["request"]:
        yield "a body where there is none"
    if exchange["status"] == 200:
        yield from _body_faults(service, method["response"]["$ref"], exchange["response"])
        yield from _kind_faults(service, method["response"]["$ref"], exchange["response"])
    else:
        yield from _error_faults(exchange)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path))


def _match(method: dict[str, Any], path: str) -> dict[str, str] | None:
    match = _pattern(method["flatPath"]).fullmatch(path)
    if match is None:
        return None
    values = match.groupdict()
    known = method["parameters"]
    fine = all(re.fullmatch(known.get(n, {}).get("pattern", ".*"), v) for n, v in values.items())
    return values if fine else None


def _query_faults(method: dict[str, Any], query: list[list[str]]) -> Iterator[str]:
    known = {k: v for k, v in method["parameters"].items() if v["location"] == "query"}
    given = {name for name, _ in query}
    yield from (f"unknown parameter {name}" for name in given - known.keys() - _SYSTEM)
    for name, parameter in known.items():
        if parameter.get("required") and name not in given:
            yield f"missing parameter {name}"


def _body_faults(service: str, name: str, body: Any) -> Iterator[str]:
    for error in _validator(service, name).iter_errors(body):
        yield f"{error.json_path}: {error.message}"


def _kind_faults(service: str, name: str, body: Any) -> Iterator[str]:
    kind = document(service)["schemas"][name]["properties"].get("kind", {}).get("default")
    if kind and isinstance(body, dict) and body.get("kind") != kind:
        yield f"kind is not {kind}"
    if name == "Operation" and isinstance(body, dict):
        needed = {"id", "name", "status", "operationType", "selfLink", "insertTime", "user"}
        yield from (f"missing {field}" for field in sorted(needed - body.keys()))


_ERROR = {
    "type": "object",
    "required": ["error"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "errors", "status"],
            "additionalProperties": False,
            "properties": {
                "code": {"type": "integer"},
                "message": {"type": "string", "minLength": 1},
                "status": {"type": "string", "pattern": "^[A-Z_]+$"},
                "errors": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "required": ["message", "domain", "reason"],
                        "additionalProperties": False,
                        "properties": {
                            "message": {"type": "string", "minLength": 1},
                            "domain": {"enum": ["global", "usageLimits"]},
                            "reason": {"type": "string", "minLength": 1},
                        },
                    },
                },
            },
        }
    },
}


def _error_faults(exchange: Exchange) -> Iterator[str]:
    """https://cloud.google.com/apis/design/errors#http_mapping"""
    for error in Draft202012Validator(_ERROR).iter_errors(exchange["response"]):
        yield f"{error.json_path}: {error.message}"
    body = exchange["response"] or {}
    if isinstance(body.get("error"), dict) and body["error"].get("code") != exchange["status"]:
        yield "the code is not the HTTP status"
