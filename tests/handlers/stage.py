"""A control plane whose secrets, machines and cloud are AWS's own, for the roles' tests."""

from __future__ import annotations

import logging
import time
from datetime import datetime
from importlib import import_module
from typing import Any

import boto3

from novacron.models.account import ProviderType
from novacron.models.base import Model, Ownership
from novacron.models.operation import (
    Operation,
    OperationKind,
    ResourceKind,
    ResourceRecord,
)
from novacron.models.provider_account import ProviderAccount
from novacron.operations.kinds import NoArguments
from novacron.operations.limits import Limiter
from novacron.operations.services import Providers, SecretStore, Services
from novacron.operations.submit import submit_change, submit_create
from novacron.runtime.aws import SecretsManager, StepFunctions
from novacron.runtime.logging import logger
from novacron.store.buckets import Buckets
from novacron.tenancy.principal import Principal, Role
from tests.api import CONTEXT, call
from tests.roles import role_of
from tests.world import World

ADMIN = Principal(
    tenant="acme", subject="root", roles=frozenset({Role.ADMIN, Role.OPERATOR, Role.VIEWER})
)
REGION = "us-east-1"
SETTINGS = {"region": REGION, "role_arn": "arn:aws:iam::123456789012:role/novacron-test"}
SECRET = {"external_id": "agreed"}
ACCOUNT = "acc-1"


class Stage(logging.Handler):
    """Runs functions in their roles; ``told`` is all that callers and logs were told."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.told: list[str] = []
        self.unexpected: list[str] = []
        self.world = world
        self.services = self._services()
        self.services.store.save_account(self.account())
        logger().addHandler(self)

    def _services(self) -> Services:
        here = self.world.services
        secrets = SecretsManager("novacron")
        secrets.write("acme", ACCOUNT, SECRET)
        machines = boto3.client("stepfunctions", region_name=REGION)
        arns = [
            machines.create_state_machine(
                name=name, definition="{}", roleArn="arn:aws:iam::123456789012:role/machine"
            )["stateMachineArn"]
            for name in ("provision", "operate")
        ]
        here.providers = self._providers(secrets)
        here.starter = StepFunctions(*arns)
        return here

    def _providers(self, secrets: SecretStore) -> Providers:
        buckets = Buckets(self.world.services.store.table)
        return Providers(secrets, limiter=lambda one: Limiter(buckets, one, time.time))

    def account(self, **changes: Any) -> ProviderAccount:
        told: dict[str, Any] = {
            "id": ACCOUNT,
            "tenant": "acme",
            "name": "lab",
            "type": ProviderType.AWS,
            "settings": SETTINGS,
            "secret_id": f"novacron/acme/{ACCOUNT}",
            "created_at": self.world.clock(),
        }
        return ProviderAccount.model_validate(told | changes)

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(f"{record.getMessage()} {vars(record)}")

    def http(self, method: str, path: str, status: int, body: Any = None, key: str = "k") -> None:
        """One request of an administrator, which is to be answered with ``status``."""
        reply = call(ADMIN, method, path, body, key=None if method == "GET" else key)
        self.told.append(reply.text)
        if reply.status != status:
            self.unexpected.append(f"{method} {path}: {reply.status} {reply.text}")

    def invoke(self, module: str, event: dict[str, Any], fails: bool = False) -> None:
        with role_of(module):
            try:
                import_module(module).lambda_handler(event, CONTEXT)
            except Exception as error:
                self.told.append(f"{error} {error.__cause__}")
                if not fails:
                    self.unexpected.append(f"{module}: {error!r}")

    def record(self, kind: ResourceKind, provider_id: str | None = None) -> str:
        """A resource that is there already; returns its id."""
        now: datetime = self.world.clock()
        made = ResourceRecord(
            id=f"{kind.value}-1",
            tenant="acme",
            kind=kind,
            account_id=ACCOUNT,
            provider_id=provider_id or f"{kind.value[:3]}-0123456789abcdef0",
            name="one",
            region=REGION,
            state="stopped",
            observed_at=now,
            created_at=now,
        )
        self.services.store.adopt(made, ProviderType.AWS)
        return made.id

    def submit(self, kind: OperationKind, body: Model, key: str) -> Operation:
        """A create that has not been carried out."""
        return submit_create(self.services, ADMIN, kind, ACCOUNT, body, key)

    def change(self, kind: OperationKind, resource_id: str, key: str) -> Operation:
        body = NoArguments()
        return submit_change(self.services, ADMIN, kind, resource_id, body, key)

    def key_account(self) -> None:
        """The account signs with an access key of a user of its own."""
        iam = boto3.client("iam")
        iam.create_user(UserName="novacron")
        key = iam.create_access_key(UserName="novacron")["AccessKey"]
        keys = {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}
        self.services.providers.secrets.write("acme", ACCOUNT, keys)
        self.services.store.save_account(self.account(settings={"region": REGION}))

    def lose_executions(self) -> None:
        machines = boto3.client("stepfunctions", region_name=REGION)
        for machine in machines.list_state_machines()["stateMachines"]:
            arn = machine["stateMachineArn"]
            for one in machines.list_executions(stateMachineArn=arn)["executions"]:
                machines.stop_execution(executionArn=one["executionArn"])

    def instance(self) -> str:
        """A VM that runs in the account already."""
        ec2 = boto3.client("ec2", region_name=REGION)
        made = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1)
        return made["Instances"][0]["InstanceId"]

    def cloud(self) -> Any:
        return self.services.providers.of(self.account())

    def owner(self, operation: str) -> Ownership:
        return Ownership(tenant="acme", operation=operation)

    def step(self, name: str, operation: Operation, **failure: str) -> None:
        given = {"tenant": operation.tenant, "operation_id": operation.id}
        event: dict[str, Any] = {"operation": given, "failure": failure} if failure else given
        self.forget_adapter()
        self.invoke(f"functions.steps.{name}", event)

    def forget_adapter(self) -> None:
        """A new process: credentials are read and the role is assumed again."""
        self.services.providers = self._providers(self.services.providers.secrets)

    def close(self) -> None:
        logging.getLogger(logger().name).removeHandler(self)
