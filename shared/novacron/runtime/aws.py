"""The control plane's own AWS: where records, machines and secrets are."""

from __future__ import annotations

import json
import re
import time
from datetime import timedelta
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from novacron.errors import AuthenticationFailed
from novacron.models.collection import AccountRef
from novacron.models.operation import Operation, OperationKind
from novacron.models.provider_account import ProviderAccount
from novacron.operations.courier import AgentQueue
from novacron.operations.limits import Limiter
from novacron.operations.services import Providers, Services, utc_now
from novacron.settings import settings
from novacron.store.agents import AgentStore
from novacron.store.buckets import Buckets
from novacron.store.store import Store
from novacron.store.table import Table

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_stepfunctions import SFNClient

    from novacron.models.rate_card import RateCard

DENIED = re.compile(r"is not authorized to perform: (\S+)")


@cache
def services() -> Services:
    """What the domain needs, once a process."""
    now = settings()
    table = Table(now.table)
    buckets = Buckets(table)
    return Services(
        store=Store(table),
        providers=Providers(
            SecretsManager(now.secret_prefix),
            now.endpoints,
            lambda account: Limiter(buckets, account, time.time),
            AgentQueue(AgentStore(table), utc_now),
            lambda account: _rate_card(table, account),
        ),
        starter=StepFunctions(
            now.provision_machine,
            now.operation_machine,
            now.migration_machine,
            now.wave_machine,
        ),
        quotas=now.quotas,
        now=utc_now,
        chunk_store=now.chunk_store,
        worker_package=now.worker_package,
        chunk_store_region=now.chunk_store_region,
        cost_store=now.cost_store,
        query_role=now.query_role,
        query_workgroup=now.query_workgroup,
        notice_sender=now.notice_sender,
        grace=timedelta(seconds=now.reconcile_grace_seconds),
    )


def _rate_card(table: Table, account: ProviderAccount) -> RateCard | None:
    from novacron.store.rate_cards import RateCards  # its models are for who prices own hosts

    return RateCards(table).newest(account.tenant, account.id)


class StepFunctions:
    """Starts executions. The execution's name makes starting the same attempt twice harmless
    (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html).
    """

    def __init__(
        self,
        provision_machine: str,
        operation_machine: str,
        migration_machine: str,
        wave_machine: str,
    ) -> None:
        self._wave = wave_machine
        self._provision = provision_machine
        self._migrate = migration_machine
        self._other = operation_machine

    @cached_property
    def _client(self) -> SFNClient:
        import boto3

        return boto3.client("stepfunctions")

    def start(self, operation: Operation) -> None:
        step = {"tenant": operation.tenant, "operation_id": operation.id}
        try:
            self._client.start_execution(
                stateMachineArn=self._machine(operation),
                name=_name(operation),
                input=json.dumps({"operation": step}),
            )
        except self._client.exceptions.ExecutionAlreadyExists:
            return

    def running(self, operation: Operation) -> bool:
        machine = self._machine(operation).replace(":stateMachine:", ":execution:")
        arn = f"{machine}:{_name(operation)}"
        try:
            return self._client.describe_execution(executionArn=arn)["status"] == "RUNNING"
        except self._client.exceptions.ExecutionDoesNotExist:
            return False

    def go_on(self, token: str) -> None:
        """One that no longer waits has timed out, or was told before."""
        gone = (self._client.exceptions.TaskTimedOut, self._client.exceptions.TaskDoesNotExist)
        try:
            self._client.send_task_success(taskToken=token, output="{}")
        except gone:
            return

    def _machine(self, operation: Operation) -> str:
        if operation.kind is OperationKind.VM_CREATE:
            return self._provision
        if operation.kind.moves:
            return self._migrate
        if operation.kind is OperationKind.WAVE_MIGRATE:
            return self._wave
        return self._other


class CostCollection:
    """Starts ``collect_costs``."""

    def __init__(self, machine: str) -> None:
        self._machine = machine

    def start(self, name: str, accounts: list[AccountRef]) -> None:
        import boto3

        client = boto3.client("stepfunctions")
        given = {"accounts": [one.model_dump() for one in accounts]}
        try:
            client.start_execution(
                stateMachineArn=self._machine, name=name, input=json.dumps(given)
            )
        except client.exceptions.ExecutionAlreadyExists:
            return


class SecretsManager:
    """Credentials under ``<prefix>/<tenant>/<account>``."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix

    @cached_property
    def _client(self) -> SecretsManagerClient:
        import boto3

        return boto3.client("secretsmanager")

    def read(self, secret_id: str) -> dict[str, str]:
        try:
            return self._value(secret_id)
        except self._client.exceptions.ResourceNotFoundException as error:
            raise AuthenticationFailed("The account's credential is missing.") from error

    def write(self, tenant: str, account_id: str, secret: dict[str, str]) -> str:
        secret_id = f"{self._prefix}/{tenant}/{account_id}"
        try:
            self._client.create_secret(Name=secret_id, SecretString=json.dumps(secret))
        except self._client.exceptions.ResourceExistsException:
            self._client.put_secret_value(SecretId=secret_id, SecretString=json.dumps(secret))
        return secret_id

    def keep_first(self, tenant: str, name: str, secret: dict[str, str]) -> dict[str, str]:
        secret_id = f"{self._prefix}/{tenant}/{name}"
        try:
            return self._value(secret_id)
        except self._client.exceptions.ResourceNotFoundException:
            pass
        try:
            self._client.create_secret(Name=secret_id, SecretString=json.dumps(secret))
        except self._client.exceptions.ResourceExistsException:
            return self._value(secret_id)
        return secret

    def delete(self, secret_id: str) -> None:
        """Gone after the shortest window that allows a mistake to be undone: 7 days."""
        self._client.delete_secret(SecretId=secret_id, RecoveryWindowInDays=7)

    def _value(self, secret_id: str) -> dict[str, str]:
        found = self._client.get_secret_value(SecretId=secret_id)["SecretString"]
        loaded: dict[str, str] = json.loads(found)
        return loaded


def missing_permission(error: BaseException) -> str | None:
    """The action that our own role lacks, when ``error`` or what caused it says so."""
    cause: BaseException | None = error
    while cause is not None:
        response: dict[str, Any] = getattr(cause, "response", {})
        told = response.get("Error", {})
        if told.get("Code") in ("AccessDenied", "AccessDeniedException"):
            found = DENIED.search(str(told.get("Message", "")))
            return found.group(1) if found else str(told.get("Message"))
        cause = cause.__cause__ or cause.__context__
    return None


def _name(operation: Operation) -> str:
    return f"{operation.id}-r{operation.attempt}" if operation.attempt else operation.id
