"""One strict local project for all tests here."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from infra.local.common.faults import Fault
from infra.local.google_project import Server, start_in_thread
from novacron.models.base import Ownership
from novacron.models.vm import VmSpec
from novacron.providers.gcp.provider import GcpProvider

REGION, SECOND, ZONE = "us-central1", "europe-west1", "us-central1-a"
_numbers = itertools.count(1)


@dataclass
class World:
    server: Server

    def provider(self, **settings: str) -> GcpProvider:
        url = self.server.url
        told = {"project": self.server.project.project_id, "region": REGION}
        told |= {
            "endpoint_url": url,
            "monitoring_url": url,
            "dns_url": url,
            "token_uri": f"{url}/token",
        }
        secret = {"service_account_key": json.dumps(self.server.service_account_key)}
        return GcpProvider.from_settings(told | settings, secret)

    def fault(self, operation: str, code: str, **told: object) -> None:
        self.server.project.faults.add(Fault(operation, code, **told))  # type: ignore[arg-type]

    def late(self, operation: str, code: str, **told: object) -> None:
        """The change is accepted, and its operation fails with this code."""
        fault = Fault(operation, code, **told)  # type: ignore[arg-type]
        self.server.project.async_faults.add(fault)

    def owner(self) -> Ownership:
        return Ownership(tenant="acme", operation=f"op-{next(_numbers)}")

    def spec(self, **changes: object) -> VmSpec:
        told = {"name": "web", "region": REGION, "image": "debian-12", "instance_type": "e2-micro"}
        return VmSpec.model_validate(told | {"zone": ZONE} | changes)

    @property
    def disks(self) -> list[str]:
        return [path for path in self.server.project.store.items if "/disks/" in path]


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_in_thread(tmp_path_factory.mktemp("gcp"), transition_describes=0)
    yield server
    server.stop()


@pytest.fixture
def world(_running: Server) -> Iterator[World]:
    yield World(_running)
    _running.project.faults.clear()
    _running.project.async_faults.clear()
    _running.project.switches.transition_describes = 0


@pytest.fixture
def provider(world: World) -> GcpProvider:
    return world.provider()
