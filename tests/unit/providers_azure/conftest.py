"""One strict local subscription for all tests here."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from infra.local.azure_account import ArmFault, Server, start_in_thread
from novacron.models.base import Ownership
from novacron.models.network import NetworkSpec, SubnetSpec
from novacron.models.vm import VmSpec
from novacron.providers.azure.provider import AzureProvider
from tests.contract.env_azure import account_settings, secret

REGION = "westeurope"
_numbers = itertools.count(1)


@dataclass
class World:
    server: Server
    subnet: str
    operations: list[str] = field(default_factory=list)

    def provider(self, **settings: str) -> AzureProvider:
        told = {**account_settings(self.server), "default_subnet": self.subnet, **settings}
        return AzureProvider.from_settings(told, secret(self.server))

    def fault(self, operation: str, code: str, **told: object) -> None:
        self.server.account.faults.add(ArmFault(operation, code, **told))  # type: ignore[arg-type]

    def owner(self) -> Ownership:
        return Ownership(tenant="acme", operation=f"op-{next(_numbers)}")

    def spec(self, **changes: object) -> VmSpec:
        told = {"name": "web", "region": REGION, "image": "debian-12"}
        return VmSpec.model_validate({**told, "instance_type": "Standard_B2s", **changes})

    def kinds(self) -> list[str]:
        """The types of all resources that are there, but for the network of all tests."""
        home = self.subnet.partition("/")[0]
        account = self.server.account
        found = [one for one in account.store.under(account.root) if home not in one.id]
        return sorted(one.type.partition("/")[2] for one in found)


@contextmanager
def running(folder: Path) -> Iterator[World]:
    server = start_in_thread(folder, transition_describes=0)
    world = World(server, "")
    spec = NetworkSpec(
        name="home",
        region=REGION,
        cidr="10.0.0.0/16",
        subnets=[SubnetSpec(name="a", cidr="10.0.0.0/20")],
    )
    provider = AzureProvider.from_settings(account_settings(server), secret(server))
    world.subnet = provider.create_network(spec, world.owner()).subnets[0].id
    yield world
    server.stop()


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("azure")) as world:
        yield world


@pytest.fixture
def world(_running: World) -> Iterator[World]:
    yield _running
    account = _running.server.account
    account.faults.clear()
    for name, value in {"transition_describes": 0, "restricted_sizes": [], "quotas": {}}.items():
        setattr(account.switches, name, value)


@pytest.fixture
def provider(world: World) -> AzureProvider:
    return world.provider()
