"""What every step of a migration has at hand, and how it writes down what it does."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from novacron.errors import Conflict, NotReady
from novacron.migration.chunks import ChunkStore
from novacron.migration.messages import Line
from novacron.models.base import Ownership
from novacron.models.migration import Control, Effect, JournalEntry, Migration, Return
from novacron.models.operation import (
    Operation,
    OperationKind,
    OperationState,
    ResourceKind,
    ResourceRecord,
)
from novacron.models.provider_account import ProviderAccount
from novacron.models.transfer import Export, Import
from novacron.operations.services import Services
from novacron.operations.steps import StepInput
from novacron.providers.base import CloudProvider
from novacron.store.migrations import MigrationStore

A = TypeVar("A", Export, Import)
_SEALED = "sealed"
PATIENCE = timedelta(minutes=10)
"""No step waits for bandwidth that began before: with the longest wait it ends within the 15
minutes that a function has (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""


@dataclass
class Context:
    """``migration`` is what the last save wrote; ``began``: when this run of the step did."""

    services: Services
    operation: Operation
    migration: Migration
    control: Control
    record: ResourceRecord
    source_account: ProviderAccount
    target_account: ProviderAccount
    began: datetime

    @property
    def until(self) -> float:
        """When its patience ends, in seconds since 1970."""
        return (self.began + PATIENCE).timestamp()

    def line(self, account: ProviderAccount) -> Line:
        """What limits bytes from or to ``account``."""
        return Line(migration_id=self.migration.id, account_id=account.id)

    @property
    def source(self) -> CloudProvider:
        return self.services.providers.of(self.source_account)

    @property
    def target(self) -> CloudProvider:
        return self.services.providers.of(self.target_account)

    @property
    def chunks(self) -> ChunkStore:
        return self.services.chunks(self.migration.tenant)

    @property
    def store(self) -> MigrationStore:
        return MigrationStore(self.services.store.table)

    @property
    def source_vm_id(self) -> str:
        """The provider's id of the VM that moves."""
        if self.record.provider_id is None:
            raise Conflict(f"{self.record.id} has not been made.")
        return self.record.provider_id

    def owner(self, part: str = "") -> Ownership:
        """Of what the migration makes: ``part`` tells apart what is of one kind."""
        name = f"{self.operation.id}-{part}" if part else self.operation.id
        return Ownership(tenant=self.operation.tenant, operation=name)

    def save(self, **changes: Any) -> None:
        """Raises NotReady: another run of the step was quicker; what it did holds.

        What is so already is not written again: a step that waits is run every few seconds.
        """
        if all(getattr(self.migration, name) == value for name, value in changes.items()):
            return
        changes["updated_at"] = self.services.now()
        self.migration = self.store.save(self.migration.model_copy(update=changes))

    def intend(self, effect: Effect, part: str = "", index: int = 0) -> None:
        """Write down, once, that the effect is about to be."""
        owner = self.owner(part).operation
        journal = self.migration.journal
        if any((e.effect, e.owner, e.index) == (effect, owner, index) for e in journal):
            return
        entry = JournalEntry(effect=effect, owner=owner, index=index, at=self.services.now())
        self.save(journal=[*journal, entry])

    def mark(self, name: str) -> dict[str, datetime]:
        """The marks with the time at which this part of the cutover first began."""
        marks = self.migration.marks
        return marks if name in marks else {**marks, name: self.services.now()}

    @staticmethod
    def obey(control: Control) -> None:
        """Raises Conflict when it was cancelled."""
        if control.cancelled:
            raise Conflict("The migration was cancelled.")

    def open(self, transfer: A) -> A:
        """With its secret readable."""
        if _SEALED not in transfer.access:
            return transfer
        sealed = b64decode(transfer.access[_SEALED])
        plain = self.chunks.key.open(sealed, transfer.id.encode())
        kept = type(transfer).model_validate_json(plain)
        return transfer.model_copy(update={"access": kept.access})

    def seal(self, transfer: A) -> A:
        """As it may be stored. What is no secret, the name of an agent, stays readable."""
        if not transfer.access.keys() - {"agent"}:
            return transfer
        sealed = self.chunks.key.seal(transfer.model_dump_json().encode(), transfer.id.encode())
        return transfer.model_copy(update={"access": {_SEALED: b64encode(sealed).decode()}})

    @property
    def export(self) -> Export:
        """The one that is open."""
        if not self.migration.exports:
            raise NotReady("There is no export yet.")
        return self.open(self.migration.exports[-1])

    @property
    def imports(self) -> list[Import]:
        return [self.open(one) for one in self.migration.imports]


def load(services: Services, step: StepInput) -> Context:
    """Raises NotFound; Conflict when the migration was cancelled and may still be undone."""
    began = services.now()
    operation = services.store.operation(step.tenant, step.operation_id)
    store = MigrationStore(services.store.table)
    migration = store.get(step.tenant, _moved(operation))
    account = services.store.account
    return Context(
        services=services,
        operation=operation,
        migration=migration,
        control=store.control(step.tenant, migration.id),
        record=services.store.resource(step.tenant, ResourceKind.VM, operation.resource_id),
        source_account=account(step.tenant, migration.source_account_id),
        target_account=account(step.tenant, migration.spec.account_id),
        began=began,
    )


def _moved(operation: Operation) -> str:
    if operation.kind is OperationKind.VM_ROLL_BACK:
        return Return.model_validate(operation.request).migration_id
    return migration_id(operation.id)


def migration_id(operation_id: str) -> str:
    return "mig-" + operation_id.removeprefix("op-")


def progress(now: Context, percent: int) -> None:
    """Tell how far the operation is; ``percent`` only grows."""
    moved = {
        "state": OperationState.RUNNING,
        "percent": max(percent, now.operation.percent),
        "updated_at": now.services.now(),
    }
    now.operation = now.operation.model_copy(update=moved)
    now.services.store.save_operation(now.operation)
