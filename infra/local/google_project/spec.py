"""Google's discovery documents: which method a request calls, and whether it may be so.

They ship with google-api-python-client; their format:
https://developers.google.com/discovery/v1/reference/apis. Unknown query parameters and JSON
fields are refused as Google does: https://cloud.google.com/apis/design/errors.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from .errors import GoogleError, invalid
from .wire import Call, Request

_DOCUMENTS = ("bigquery.v2", "compute.v1", "dns.v1", "monitoring.v3")
_RANGES = {"int32": 2**31, "uint32": 2**32, "int64": 2**63, "uint64": 2**64}
_SYSTEM = {"alt", "prettyPrint", "fields", "quotaUser", "key", "$alt"}


class Method:
    """One method of an API, with its path as a pattern."""

    def __init__(self, api: dict[str, Any], method: dict[str, Any]) -> None:
        self.name: str = method["id"].partition(".")[2]
        self.http: str = method["httpMethod"]
        self._parameters: dict[str, Any] = dict(method.get("parameters", {}))
        if "returnPartialSuccess" in method["description"]:
            # The text tells callers to set it; the list of parameters leaves it out.
            self._parameters["returnPartialSuccess"] = {"type": "boolean", "location": "query"}
        self._request = method.get("request", {}).get("$ref")
        self._schemas: dict[str, Any] = api["schemas"]
        template = "/" + api["servicePath"] + method.get("flatPath", method["path"])
        self._groups = re.findall(r"{\+?(\w+)}", template)
        self.pattern = re.compile(re.sub(r"{\+?\w+}", "([^/]+)", template))

    def call(self, request: Request, values: Iterable[str]) -> Call:
        """The checked call. Raises GoogleError."""
        params = {
            name: self._checked(name, value, self._parameters.get(name, {"type": "string"}))
            for name, value in zip(self._groups, values, strict=True)
        }
        for name, value in request.query:
            known = self._parameters.get(name)
            if known is None or known["location"] != "query":
                if name not in _SYSTEM:
                    raise _unknown(name)
            elif known.get("repeated"):
                params.setdefault(name, []).append(self._checked(name, value, known))
            else:
                params[name] = self._checked(name, value, known)
        body = request.json()
        if self._request:
            check(self._schemas, self._request, body, "resource")
        return Call(self.name, request.path, params, _writable(self._schemas, self._request, body))

    def _checked(self, name: str, value: str, known: dict[str, Any]) -> Any:
        pattern = known.get("pattern")
        if pattern and not pattern.startswith("^") and not re.fullmatch(pattern, value):
            raise invalid(name, value, f"Must be a match of regex '{pattern}'")
        if "enum" in known and value not in known["enum"]:
            raise invalid(name, value, "Not one of the values that are allowed.")
        return _typed(name, value, known)


def _typed(name: str, value: str, known: dict[str, Any]) -> Any:
    if known["type"] == "boolean":
        if value not in ("true", "false"):
            raise invalid(name, value, "Must be true or false.")
        return value == "true"
    if known["type"] == "integer" or known.get("format") in ("int64", "uint64"):
        if not re.fullmatch(r"-?\d+", value):
            raise invalid(name, value, "Must be an integer.")
        number, least, most = int(value), known.get("minimum"), known.get("maximum")
        if (least and number < int(least)) or (most and number > int(most)):
            raise invalid(name, value, f"Values must be between {least} and {most}")
        return number
    return value


def _unknown(name: str) -> GoogleError:
    message = f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
    return GoogleError(400, "badRequest", message)


def check(schemas: dict[str, Any], ref: str, value: Any, where: str) -> None:
    """Raises GoogleError where ``value`` is not what the schema ``ref`` says."""
    for path, fault in _faults(schemas, {"$ref": ref}, value, where):
        if fault == "unknown":
            raise _unknown(path)
        raise invalid(path, value if isinstance(value, str) else "", fault)


def _faults(
    schemas: dict[str, Any], schema: dict[str, Any], value: Any, where: str
) -> Iterator[tuple[str, str]]:
    if "$ref" in schema:
        schema = schemas[schema["$ref"]]
    kind = schema.get("type")
    if kind == "object":
        if not isinstance(value, dict):
            yield where, "Must be an object."
            return
        properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
        for name, item in value.items():
            if name not in properties and rest is None:
                yield f"{where}.{name}", "unknown"
            else:
                yield from _faults(schemas, properties.get(name, rest), item, f"{where}.{name}")
    elif kind == "array":
        if not isinstance(value, list):
            yield where, "Must be a list."
            return
        for index, item in enumerate(value):
            yield from _faults(schemas, schema["items"], item, f"{where}[{index}]")
    elif fault := _scalar_fault(schema, value):
        yield where, fault


def _scalar_fault(schema: dict[str, Any], value: Any) -> str | None:
    kind, layout = schema.get("type"), schema.get("format")
    if kind == "boolean" and not isinstance(value, bool):
        return "Must be true or false."
    if kind in ("integer", "number") or layout in _RANGES:
        return _number_fault(kind, layout, value)
    if kind == "string":
        if not isinstance(value, str):
            return "Must be a string."
        if "enum" in schema and value not in schema["enum"]:
            return f"Invalid value: '{value}'."
        if layout == "byte":
            return _byte_fault(value)
    return None


def _number_fault(kind: Any, layout: Any, value: Any) -> str | None:
    try:
        number = float(value) if kind == "number" else int(value)
    except (TypeError, ValueError):
        return "Must be a number."
    most = _RANGES.get(layout)
    if most and not (0 if layout[0] == "u" else -most) <= number < most:
        return "Out of range."
    return None


def _byte_fault(value: str) -> str | None:
    try:
        base64.b64decode(value, altchars=b"-_", validate=True)
    except ValueError:
        return "Base64 decoding failed."
    return None


def _writable(schemas: dict[str, Any], ref: str | None, body: dict[str, Any]) -> dict[str, Any]:
    """The body without output-only fields, which Google ignores: https://google.aip.dev/203."""
    known = schemas[ref]["properties"] if ref else {}
    return {k: v for k, v in body.items() if not known.get(k, {}).get("readOnly")}


class Spec:
    """The methods of all documents, found by HTTP method and path."""

    def __init__(self, names: Iterable[str]) -> None:
        wanted = set(names)
        self._methods = [method for method in _all_methods() if method.name in wanted]
        if missing := wanted - {method.name for method in self._methods}:
            raise ValueError(f"no such methods: {sorted(missing)}")

    def find(self, request: Request) -> Call | None:
        """The call that a request is, None when it is none. Raises GoogleError."""
        for method in self._methods:
            match = method.pattern.fullmatch(request.path)
            if match and method.http == request.method:
                return method.call(request, match.groups())
        return None


@cache
def _all_methods() -> list[Method]:
    found = []
    for name in _DOCUMENTS:
        folder = files("googleapiclient.discovery_cache.documents")
        api = json.loads((folder / f"{name}.json").read_text())
        found += [Method(api, method) for method in _walk(api)]
    return found


def _walk(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from resource.get("methods", {}).values()
    for child in resource.get("resources", {}).values():
        yield from _walk(child)
