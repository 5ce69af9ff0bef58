"""One strict local account for all tests here, and a provider that never retries."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from infra.local.aws_account import Server, start_in_thread
from infra.local.common.faults import Fault
from novacron.models.base import Ownership
from novacron.models.vm import VmSpec
from novacron.providers.aws.auth import read_settings
from novacron.providers.aws.provider import AwsProvider

REGION, SECOND = "us-east-1", "eu-west-1"
IMAGE = "ami-785db401"
KEYS = {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "example"}
_numbers = itertools.count(1)


@dataclass
class World:
    server: Server

    def provider(self, **settings: str) -> AwsProvider:
        """A new one: botocore's own pace-maker remembers a throttled client."""
        told = {"region": REGION, "endpoint_url": self.server.url, **settings}
        return AwsProvider(replace(read_settings(told, KEYS), attempts=1))

    def fault(self, operation: str, code: str, **told: object) -> None:
        self.server.account.faults.add(Fault(operation, code, **told))  # type: ignore[arg-type]

    def owner(self) -> Ownership:
        return Ownership(tenant="acme", operation=f"op-{next(_numbers)}")

    def spec(self, **changes: object) -> VmSpec:
        told = {"name": "web", "region": REGION, "image": IMAGE, "instance_type": "t3.micro"}
        return VmSpec.model_validate(told | changes)


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_in_thread(tmp_path_factory.mktemp("aws"), transition_describes=0)
    yield server
    server.stop()


@pytest.fixture
def world(_running: Server) -> Iterator[World]:
    yield World(_running)
    _running.account.faults.clear()


@pytest.fixture
def provider(world: World) -> AwsProvider:
    return world.provider()
