"""A whole control plane in one process: a real table service, an in-memory cloud, no waiting."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.loaders
import botocore.session
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from novacron.models.account import ProviderType
from novacron.models.operation import Operation, OperationKind
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import VmSpec
from novacron.operations import steps
from novacron.operations.compensate import Failure, compensate
from novacron.operations.services import Providers, Services
from novacron.operations.submit import submit_create
from novacron.providers.memory.cloud import REGION
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.store import Store
from novacron.store.table import Table
from novacron.tenancy.principal import Principal, Role

ALICE = Principal(tenant="acme", subject="alice", roles=frozenset({Role.OPERATOR}))
MALLORY = Principal(tenant="umbrella", subject="mallory", roles=frozenset({Role.ADMIN}))


@dataclass
class Clock:
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at


@dataclass
class Secrets:
    kept: dict[str, dict[str, str]] = field(default_factory=dict)

    def read(self, secret_id: str) -> dict[str, str]:
        return self.kept[secret_id]

    def write(self, tenant: str, account_id: str, secret: dict[str, str]) -> str:
        self.kept[f"{tenant}/{account_id}"] = secret
        return f"{tenant}/{account_id}"

    def keep_first(self, tenant: str, name: str, secret: dict[str, str]) -> dict[str, str]:
        return self.kept.setdefault(f"{tenant}/{name}", secret)

    def delete(self, secret_id: str) -> None:
        self.kept.pop(secret_id, None)


class Machine:
    """Carries operations out when told to, by the states' order; an execution can be lost."""

    def __init__(self) -> None:
        self.waiting: list[Operation] = []
        self.started: set[tuple[str, int]] = set()
        self.answered: list[str] = []

    def start(self, operation: Operation) -> None:
        name = (operation.id, operation.attempt)
        if name not in self.started:
            self.started.add(name)
            self.waiting.append(operation)

    def running(self, operation: Operation) -> bool:
        return any(waiting.id == operation.id for waiting in self.waiting)

    def go_on(self, token: str) -> None:
        self.answered.append(token)

    def run(self, services: Services) -> None:
        while self.waiting:
            operation = self.waiting.pop(0)
            if operation.kind.moves or operation.kind is OperationKind.WAVE_MIGRATE:
                continue  # tests/machine.py runs these
            step = steps.StepInput(tenant=operation.tenant, operation_id=operation.id)
            try:
                if operation.kind is OperationKind.VM_CREATE:
                    steps.check_quota(services, step)
                steps.perform(services, step)
                while not steps.observe(services, step).done:
                    pass
                steps.record(services, step)
            except Exception as error:
                cause = json.dumps({"errorMessage": str(error)})
                compensate(services, step, Failure(Error=type(error).__name__, Cause=cause))


@dataclass
class World:
    services: Services
    machine: Machine
    provider: MemoryProvider
    clock: Clock
    account: ProviderAccount
    keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def run(self) -> None:
        self.machine.run(self.services)

    def key(self) -> str:
        return f"key-{next(self.keys)}"

    def create_vm(self, name: str = "web", key: str | None = None, **spec: Any) -> Operation:
        return submit_create(
            self.services,
            ALICE,
            OperationKind.VM_CREATE,
            self.account.id,
            VmSpec(name=name, region=REGION, image="debian-12", **spec),
            key or self.key(),
        )

    def operation(self, operation: Operation) -> Operation:
        return self.services.store.operation(operation.tenant, operation.id)


def create_table(name: str, **options: Any) -> Any:
    """The table as the template has it; ``tests/infra`` compares them."""
    client = boto3.client("dynamodb", region_name="us-east-1", **options)
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": "S"}
            for attribute in ("pk", "sk", "gsi1pk")
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "gsi1",
                "KeySchema": [
                    {"AttributeName": "gsi1pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    return client


@cache
def _loader(_search_path: str | None = None) -> botocore.loaders.Loader:
    return botocore.loaders.Loader()


@contextmanager
def aws(monkeypatch: pytest.MonkeyPatch, *, at_once: bool = False) -> Iterator[Any]:
    """moto's AWS with a table in it; yields the DynamoDB client. ``at_once``: for tests whose time
    is reads of single items."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    # One loader for all sessions reads botocore's service models once and not for each test.
    monkeypatch.setattr(botocore.session, "create_loader", _loader)
    with mock_aws():
        client = create_table("novacron")
        if at_once:
            _read_at_once(client, monkeypatch)
        yield client


def _read_at_once(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Single items come from moto's own store, without a request and a reply of JSON: of a
    migration that is killed hundreds of times, reads are three quarters of all calls."""
    stored = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]

    def get_item(*, TableName: str, Key: Any, ConsistentRead: bool) -> Any:  # noqa: N803
        assert ConsistentRead
        found = stored.get_item(TableName, Key)
        return {"Item": {n: v.to_regular_json() for n, v in found.attrs.items()}} if found else {}

    monkeypatch.setattr(client, "get_item", get_item)


def make_world(client: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A control plane of tenant "acme" with one account on an in-memory cloud in a file."""
    monkeypatch.setenv("NOVACRON_MEMORY_DIR", str(folder))
    clock = Clock()
    machine = Machine()
    providers = Providers(Secrets())
    services = Services(
        store=Store(Table("novacron", client)), providers=providers, starter=machine, now=clock
    )
    account = ProviderAccount(
        id="acc-1",
        tenant="acme",
        name="lab",
        type=ProviderType.MEMORY,
        settings={},
        created_at=clock(),
    )
    services.store.save_account(account)
    provider = providers.of(account)
    assert isinstance(provider, MemoryProvider)
    return World(services, machine, provider, clock, account)


WorldMaker = Callable[[], World]
