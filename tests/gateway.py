"""The API as an agent meets it: the authorizer first, then the function, all in this process."""

from __future__ import annotations

from importlib import import_module

import httpx
import pytest

from functions.system import authorizer
from infra.openapi import apps
from infra.template import PUBLIC
from novacron.operations.services import Services
from novacron.store.agents import AgentStore
from novacron.tenancy.principal import Principal, Role
from tests.api import call
from tests.roles import enforce, role_of

URL = "http://api.test"


def wire(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every module that took ``services`` by name gets these; roles are enforced."""
    enforce(monkeypatch)
    for name in (*apps(), "novacron.runtime.guard", "novacron.runtime.routes"):
        module = import_module(name)
        if hasattr(module, "services"):
            monkeypatch.setattr(module, "services", lambda: services)
    monkeypatch.setattr(authorizer, "agents", lambda: AgentStore(services.store.table))


class Gateway(httpx.BaseTransport):
    """What API Gateway does with a request of an agent."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, body = request.url.path, request.read().decode()
        who, signed = None, {}
        if path not in PUBLIC:
            try:
                with role_of("functions.system.authorizer"):
                    found = authorizer.lambda_handler(
                        {"headers": dict(request.headers), "methodArn": "arn/v1/POST/x"}, None
                    )
            except Exception as error:
                if str(error) != "Unauthorized":
                    raise
                return httpx.Response(401, text="{}")
            signed = found["context"]
            roles = frozenset(map(Role, signed.pop("roles").split()))
            who = Principal(tenant=signed.pop("tenant"), subject=signed.pop("subject"), roles=roles)
        reply = call(who, request.method, path, raw=body, signed=signed)
        return httpx.Response(reply.status, text=reply.text, headers=reply.headers)
