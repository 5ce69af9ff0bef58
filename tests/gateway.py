"""The API as an agent meets it: the authorizer first, then the function, all in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib import import_module
from threading import Lock, Thread

import httpx
import pytest

from functions.system import authorizer
from infra.template import PUBLIC, modules
from novacron.operations.services import Services
from novacron.store.agents import AgentStore
from novacron.tenancy.principal import Principal, Role
from tests.api import call
from tests.roles import enforce, role_of

URL = "http://api.test"
SHARED = ("guard", "routes", "jobs", "migrations")


def wire(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every module that took ``services`` by name gets these; roles are enforced."""
    enforce(monkeypatch)
    for module in (*modules(), *(import_module(f"novacron.runtime.{name}") for name in SHARED)):
        if hasattr(module, "services"):
            monkeypatch.setattr(module, "services", lambda: services)
    monkeypatch.setattr(authorizer, "agents", lambda: AgentStore(services.store.table))


ONE_AT_A_TIME = Lock()
"""A function's process serves one request, and the agent's threads make several."""


class Gateway(httpx.BaseTransport):
    """What API Gateway does with a request of an agent."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        with ONE_AT_A_TIME:
            return self._handle(request)

    def _handle(self, request: httpx.Request) -> httpx.Response:
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


@contextmanager
def door(answered: Callable[[str], None] = lambda _: None) -> Iterator[str]:
    """The gateway on a loopback port, for agents in processes of their own; yields its URL.

    ``answered`` is told the path of each request that was answered.
    """

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = dict(self.headers.items())
            request = httpx.Request("POST", f"{URL}{self.path}", headers=headers, content=body)
            reply = Gateway().handle_request(request)
            self.send_response(reply.status_code)
            self.send_header("Content-Length", str(len(reply.content)))
            self.end_headers()
            self.wfile.write(reply.content)
            answered(self.path)

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Door) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
