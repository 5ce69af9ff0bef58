"""The API's description, put together from the routes of every function."""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer

import functions
from novacron import __version__
from novacron.runtime.problems import CONTENT_TYPE, Problem

DESCRIPTION = """One API for virtual machines on AWS, Azure, Google Cloud and libvirt.

Changes answer 202 with an operation; look at it until it has ended. Every change needs an
Idempotency-Key. Every failure is a problem (RFC 9457) with a stable code."""


def apps() -> dict[str, APIGatewayRestResolver]:
    """Module name -> resolver, of every function that answers HTTP."""
    found = {}
    for module in pkgutil.walk_packages(functions.__path__, "functions."):
        if not module.ispkg:
            app = getattr(import_module(module.name), "app", None)
            if isinstance(app, APIGatewayRestResolver):
                found[module.name] = app
    return found


def document() -> dict[str, Any]:
    """OpenAPI 3.1, the same for the same code."""
    whole: dict[str, Any] = {}
    for name, app in apps().items():
        schema = app.get_openapi_schema(
            title="NovaCron Cloud",
            version=__version__,
            description=DESCRIPTION,
            security_schemes={"bearer": HTTPBearer(bearerFormat="JWT")},
            security=[{"bearer": []}],
        )
        part = json.loads(schema.model_dump_json(by_alias=True, exclude_none=True))
        _merge(whole, part, name)
    _describe_problems(whole)
    return whole


def _merge(whole: dict[str, Any], part: dict[str, Any], name: str) -> None:
    for path, methods in part["paths"].items():
        for operation in methods.values():
            operation["operationId"] = name.removeprefix("functions.").replace(".", "_")
        whole.setdefault("paths", {}).setdefault(path, {}).update(methods)
    for group, members in part.get("components", {}).items():
        whole.setdefault("components", {}).setdefault(group, {}).update(members)
    for key, value in part.items():
        whole.setdefault(key, value)


def _describe_problems(whole: dict[str, Any]) -> None:
    template = "#/components/schemas/{model}"
    schema = Problem.model_json_schema(ref_template=template)
    whole["components"]["schemas"].update(schema.pop("$defs", {}))
    whole["components"]["schemas"]["Problem"] = schema
    reply = {
        "description": "A problem",
        "content": {CONTENT_TYPE: {"schema": {"$ref": template.format(model="Problem")}}},
    }
    for methods in whole["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = reply
