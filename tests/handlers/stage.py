"""A control plane whose secrets, machines and cloud are AWS's own, for the roles' tests.

Beside its AWS account it can have one of a host agent, and one of Azure without a key.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import boto3
from azure.core.exceptions import ClientAuthenticationError

from novacron.errors import NotReady
from novacron.migration.context import migration_id
from novacron.migration.control import begin
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.migration import CreateMigration, Migration, MigrationSpec
from novacron.models.operation import (
    Operation,
    OperationKind,
    ResourceKind,
    ResourceRecord,
)
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import VmSpec
from novacron.models.volume import VolumeSpec
from novacron.operations.courier import AgentQueue
from novacron.operations.kinds import NoArguments
from novacron.operations.limits import Limiter
from novacron.operations.services import Providers, SecretStore, Services
from novacron.operations.submit import submit_change, submit_create
from novacron.providers.memory.cloud import REGION as LOCAL
from novacron.providers.memory.provider import MemoryProvider
from novacron.runtime.aws import SecretsManager, StepFunctions
from novacron.runtime.logging import logger
from novacron.store.agents import AgentStore
from novacron.store.buckets import Buckets
from novacron.store.migrations import MigrationStore
from novacron.tenancy.principal import Principal, Role
from tests import agents
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
TRIES = 5
AUDIENCE = {"audience": "api://agreed-by-acme-alone"}
AZURE = {
    **dict.fromkeys(
        ("subscription_id", "tenant_id", "client_id"), f"{0:08}-0000-0000-0000-{0:012}"
    ),
    "resource_group": "rg",
    "region": "westeurope",
}


class Place(NamedTuple):
    """An account, and a region of it."""

    account: str
    region: str
    refuses: bool = False
    """Whether it takes our identity's token and turns it down."""


AWS = Place(ACCOUNT, REGION)


class Stranger:
    """Entra ID, where no tenant trusts our token; in the place of azure.identity's credential."""

    def __init__(self, tenant_id: str, client_id: str, func: Callable[[], str], **_: Any) -> None:
        self._assertion = func

    def get_token(self, *_scopes: str, **_: Any) -> NoReturn:
        self._assertion()
        raise ClientAuthenticationError("AADSTS700213: No matching federated identity record.")


class Stage(logging.Handler):
    """Runs functions in their roles; ``told`` is all that callers and logs were told."""

    def __init__(self, world: World, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        table = world.services.store.table
        self._courier = AgentQueue(AgentStore(table), world.services.now)
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
            for name in ("provision", "operate", "migrate", "wave")
        ]
        here.providers = self._providers(secrets)
        here.starter = StepFunctions(*arns)
        here.chunk_store = "s3://chunks/chunks"
        return here

    def _providers(self, secrets: SecretStore) -> Providers:
        buckets = Buckets(self.world.services.store.table)
        return Providers(secrets, (), lambda one: Limiter(buckets, one, time.time), self._courier)

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

    def on_agent(self) -> Place:
        """An agent's account; its cloud is in memory, and it answers when it is served."""
        identity = agents.enrolled()
        self.hosts = MemoryProvider()
        self.agent = agents.agent(identity, self.folder, self.hosts)
        self.agent.turn()
        settings = {"agent": identity.agent_id}
        told = {"type": ProviderType.AGENT, "settings": settings, "secret_id": None}
        self.services.store.save_account(self.account(id="acc-agent", **told))
        return Place("acc-agent", LOCAL)

    def on_azure(self) -> Place:
        secret_id = self.services.providers.secrets.write("acme", "acc-azure", AUDIENCE)
        told = {"type": ProviderType.AZURE, "settings": AZURE, "secret_id": secret_id}
        self.services.store.save_account(self.account(id="acc-azure", **told))
        return Place("acc-azure", AZURE["region"], refuses=True)

    def everywhere(self) -> list[Place]:
        return [AWS, self.on_agent(), self.on_azure()]

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(f"{record.getMessage()} {vars(record)}")

    def http(
        self,
        method: str,
        path: str,
        status: int,
        body: Any = None,
        key: str = "k",
        who: Principal = ADMIN,
    ) -> None:
        """One request, which is to be answered with ``status``; an agent's is its first."""
        signed = {"number": "1", "forget": "4000000000"} if Role.AGENT in who.roles else None
        asked = None if method == "GET" else key
        reply = call(who, method, path, body, key=asked, signed=signed)
        self.told.append(reply.text)
        if reply.status != status:
            self.unexpected.append(f"{method} {path}: {reply.status} {reply.text}")

    def invoke(self, module: str, event: dict[str, Any], fails: bool = False) -> None:
        """Run it, and as state machines do again where an agent had to be asked."""
        for _ in range(TRIES):
            try:
                with role_of(module):
                    import_module(module).lambda_handler(event, CONTEXT)
            except NotReady:
                agents.serve(self.agent)
                continue
            except Exception as error:
                self.told.append(f"{error} {error.__cause__}")
                if not fails:
                    self.unexpected.append(f"{module}: {error!r}")
            return
        self.unexpected.append(f"{module} is never ready")

    def record(self, kind: ResourceKind, provider_id: str | None = None, at: Place = AWS) -> str:
        """A resource that is there already; returns its id."""
        now: datetime = self.world.clock()
        made = ResourceRecord(
            id=f"{kind.value}-{at.account.removeprefix('acc-')}",
            tenant="acme",
            kind=kind,
            account_id=at.account,
            provider_id=provider_id or f"{kind.value[:3]}-0123456789abcdef0",
            name="one",
            region=at.region,
            state="stopped",
            observed_at=now,
            created_at=now,
        )
        self.services.store.adopt(made, self.services.store.account("acme", at.account).type)
        return made.id

    def submit(self, kind: OperationKind, body: VmSpec | VolumeSpec, at: Place = AWS) -> Operation:
        """A create that has not been carried out."""
        there = body.model_copy(update={"region": at.region})
        key = f"{kind.value} {at.account}"
        return submit_create(self.services, ADMIN, kind, at.account, there, key)

    def change(self, kind: OperationKind, resource_id: str) -> Operation:
        """A change that has not been carried out."""
        body = NoArguments()
        return submit_change(self.services, ADMIN, kind, resource_id, body, resource_id)

    def moving(self, source: Place, target: Place, **told: Any) -> Migration:
        """A migration of the VM that ``source`` has on record, as its machine has left it."""
        vm = f"vm-{source.account.removeprefix('acc-')}"
        spec = MigrationSpec(account_id=target.account, region=target.region)
        asked = CreateMigration(vm_id=vm, spec=spec)
        operation = begin(self.services, ADMIN, asked, f"move {vm}")
        store = MigrationStore(self.services.store.table)
        begun = store.get("acme", migration_id(operation.id))
        return store.save(begun.model_copy(update=told))

    def migrate(self, function: str, migration: Migration, step: str, **told: Any) -> None:
        """Run one step; what the provider says of what is not there is no matter."""
        self.forget_adapter()
        given = {"tenant": "acme", "operation_id": migration.operation_id, "step": step}
        self.invoke(f"functions.steps.{function}", {**given, **told}, fails=True)

    def on_memory(self, name: str) -> Place:
        """An account on an in-memory cloud in a file."""
        told = {"type": ProviderType.MEMORY, "settings": {"cloud": name}, "secret_id": None}
        self.services.store.save_account(self.account(id=f"acc-{name}", **told))
        return Place(f"acc-{name}", LOCAL)

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

    def step(self, name: str, operation: Operation, fails: bool = False, **failure: str) -> None:
        given = {"tenant": operation.tenant, "operation_id": operation.id}
        event: dict[str, Any] = {"operation": given, "failure": failure} if failure else given
        self.forget_adapter()
        self.invoke(f"functions.steps.{name}", event, fails)

    def forget_adapter(self) -> None:
        """A new process: credentials are read and the role is assumed again."""
        self.services.providers = self._providers(self.services.providers.secrets)

    def close(self) -> None:
        logging.getLogger(logger().name).removeHandler(self)
