"""All of the stack as one thing that starts and stops."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.local.issuer.keys import SigningKey
from infra.local.issuer.server import JWKS_PATH, IssuerServer
from infra.local.stack import clouds, control_plane
from infra.local.stack.clouds import Target
from infra.local.stack.deploy import build, deploy
from infra.local.stack.ports import ports
from infra.local.stack.services import Service

TENANT = "acme"
PORTS = ["control-plane", "aws", "azure", "google", "issuer"]


@dataclass
class Stack:
    url: str
    token: str
    port: int
    outputs: dict[str, str]
    targets: list[Target]
    services: list[Service]
    key: SigningKey
    issuer: str

    def token_for(self, tenant: str, *roles: str) -> str:
        return self.key.token(self.issuer, "novacron", tenant, "someone", list(roles))


@contextmanager
def running(
    folder: Path, host: bool = True, parameters: Mapping[str, str] | None = None
) -> Iterator[Stack]:
    """Everything up and deployed; on leaving, everything stopped in order. StackError.

    Without ``host``, the in-memory cloud plays on-premises, which is quicker. ``parameters`` are
    the template's, beside those that the stack sets itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory").mkdir(exist_ok=True)
    chosen = ports(folder / "ports.json", PORTS)
    port = chosen["control-plane"]
    with ExitStack() as stack:
        issuer = IssuerServer(SigningKey(folder / "issuer.pem"), chosen["issuer"])
        issuer.start()
        stack.callback(issuer.shutdown)
        services = [
            control_plane.service(folder, port),
            clouds.aws_service(folder, chosen["aws"], port),
            clouds.azure_service(folder, chosen["azure"]),
            clouds.google_service(folder, chosen["google"]),
        ]
        for service in services:
            with told(service.name):
                stack.callback(service.stop)
                service.start()
        with told("on-premises"):
            on_premises = (
                stack.enter_context(clouds.on_premises(folder)) if host else clouds.memory()
            )
        targets = [
            on_premises,
            clouds.aws(chosen["aws"]),
            clouds.azure(folder, chosen["azure"]),
            clouds.google(folder, chosen["google"]),
        ]
        extras = ("libvirt",) if on_premises.type == "libvirt" else ()
        with told("sam build"):
            template = build(folder, extras)
        with told("sam deploy"):
            api = f"http://127.0.0.1:{port}/restapis/{{api_id}}/{{stage}}/_user_request_"
            given = _parameters(folder, issuer.url, targets) | {"ApiUrl": api}
            given |= dict(parameters or {})
            outputs = deploy(folder, template, port, given)
        yield Stack(
            url=f"http://127.0.0.1:{port}/restapis/{outputs['ApiId']}/v1/_user_request_",
            token=issuer_token(folder, issuer.url),
            port=port,
            outputs=outputs,
            targets=targets,
            services=services,
            key=SigningKey(folder / "issuer.pem"),
            issuer=issuer.url,
        )


def issuer_token(folder: Path, url: str) -> str:
    return SigningKey(folder / "issuer.pem").token(url, "novacron", TENANT, "you", ["admin"])


def _parameters(folder: Path, issuer: str, targets: list[Target]) -> dict[str, str]:
    endpoints = {target.settings[name] for target in targets for name in target.endpoints}
    return {
        "Issuer": issuer,
        "JwksUrl": issuer + JWKS_PATH,
        "Endpoints": ",".join(sorted(endpoints)),
        "MemoryDir": str(folder / "memory"),
    }


@contextmanager
def told(what: str) -> Iterator[None]:
    """Say how long a step took."""
    begun = time.monotonic()
    print(f"  … {what}", flush=True)
    yield
    print(f"  ✓ {what}, {time.monotonic() - begun:.1f} s", flush=True)
