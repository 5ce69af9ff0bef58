"""The control plane's records: operations, resources, accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from novacron.errors import AlreadyExists, Conflict, NotFound, NotReady, QuotaExceeded
from novacron.models.account import ProviderType
from novacron.models.base import Page, PageRequest
from novacron.models.operation import Operation, ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.store.history import traced
from novacron.store.table import Item, Lost, Table, document, key, stamp

LIVE = "LIVE"
ACCOUNTS = "ACCOUNTS"
ABSENT = "attribute_not_exists(pk)"
UNCHANGED = "version = :seen"
FREE = "version = :seen AND attribute_not_exists(running_operation)"


class Store:
    """Typed access to one table. An id of another tenant is NotFound, like one that never was."""

    def __init__(self, table: Table) -> None:
        self.table = table

    # Operations

    def operation(self, tenant: str, operation_id: str) -> Operation:
        found = self.find_operation(tenant, operation_id)
        if found is None:
            raise NotFound(f"There is no operation {operation_id!r}.")
        return found

    def find_operation(self, tenant: str, operation_id: str) -> Operation | None:
        return self.table.get(_pk(tenant, "OPERATION"), operation_id, Operation)

    def operations(self, tenant: str, page: PageRequest) -> Page[Operation]:
        return self.table.page(_pk(tenant, "OPERATION"), Operation, page)

    def live_operations(self) -> Iterator[Operation]:
        """Operations of all tenants that have not ended: the reconciler's work."""
        return self.table.index(LIVE, Operation)

    def save_operation(self, operation: Operation) -> None:
        """Overwrite a live operation. Raises NotReady when it has ended: read it again."""
        try:
            self.table.put(_operation(operation), "attribute_exists(gsi1pk)")
        except Lost as error:
            raise NotReady(f"Operation {operation.id} has ended already.") from error

    # Resources

    def resource(self, tenant: str, kind: ResourceKind, resource_id: str) -> ResourceRecord:
        found = self.table.get(_pk(tenant, kind.value), resource_id, ResourceRecord)
        if found is None:
            raise NotFound(f"There is no {kind.value} {resource_id!r}.")
        return found

    def resources(self, tenant: str, kind: ResourceKind, page: PageRequest) -> Page[ResourceRecord]:
        return self.table.page(_pk(tenant, kind.value), ResourceRecord, page)

    def every_resource(self, tenant: str, kind: ResourceKind) -> Iterator[ResourceRecord]:
        return self.table.walk(_pk(tenant, kind.value), ResourceRecord)

    def by_provider_id(self, provider: ProviderType, provider_id: str) -> Iterator[ResourceRecord]:
        """Records of a provider's resource: a notification names no tenant."""
        return self.table.index(f"{provider.value}#{provider_id}", ResourceRecord)

    def save_resource(self, record: ResourceRecord, provider: ProviderType) -> ResourceRecord:
        """Write over the version that was read. Raises NotReady when it has changed since."""
        record, changes = traced(record)
        item, values = _next(record, provider)
        try:
            if changes:
                first = self.table.putting(item, UNCHANGED, values)
                self.table.transact([first, *map(self.table.putting, changes)])
            else:
                self.table.put(item, UNCHANGED, values)
        except Lost as error:
            raise NotReady(f"{record.kind.value} {record.id} changed meanwhile.") from error
        return record.model_copy(update={"version": record.version + 1})

    # Beginning and ending an operation: both records in one step

    def begin_create(
        self,
        operation: Operation,
        record: ResourceRecord,
        provider: ProviderType,
        limit: int,
        along: Sequence[Item] = (),
    ) -> None:
        """Record a create, counted against the tenant's quota, or nothing at all.

        Raises QuotaExceeded; Conflict when the operation exists already; NotReady when a condition
        of ``along``, what else is written in the same step, does not hold.
        """
        writes = [
            self.table.putting(_operation(operation), ABSENT),
            self.table.putting(_resource(record, provider), ABSENT),
            self._counting(record, 1, limit),
            *along,
        ]
        try:
            self.table.transact(writes)
        except Lost as error:
            if not any(error.at(index) for index in range(3)):
                raise NotReady(f"What {operation.id} needs changed meanwhile.") from error
            if error.at(2) and not error.at(0):
                raise QuotaExceeded(
                    f"The tenant may have {limit} {record.kind.value}s.",
                    remedy="Delete one, or ask an administrator for a higher quota.",
                ) from error
            raise Conflict(f"Operation {operation.id} exists already.") from error

    def begin_change(
        self,
        operation: Operation,
        record: ResourceRecord,
        provider: ProviderType,
        along: Sequence[Item] = (),
    ) -> None:
        """Record a change and take the resource's lock, or nothing. Raises Conflict, and NotReady
        when a condition of ``along`` does not hold."""
        locked = record.model_copy(update={"running_operation": operation.id})
        item, values = _next(locked, provider)
        try:
            self.table.transact(
                [
                    self.table.putting(_operation(operation), ABSENT),
                    self.table.putting(item, FREE, values),
                    *along,
                ]
            )
        except Lost as error:
            if not (error.at(0) or error.at(1)):
                raise NotReady(f"What {operation.id} needs changed meanwhile.") from error
            now = self.resource(record.tenant, record.kind, record.id)
            raise Conflict(
                f"Operation {now.running_operation} is running on {record.id}.",
                remedy=f"Wait for operations/{now.running_operation}, then try again.",
            ) from error

    def begin_alone(self, operation: Operation) -> None:
        """Record an operation that locks no resource. Raises Conflict when it exists already."""
        try:
            self.table.put(_operation(operation), ABSENT)
        except Lost as error:
            raise Conflict(f"Operation {operation.id} exists already.") from error

    def end(
        self,
        operation: Operation,
        record: ResourceRecord,
        provider: ProviderType,
        gone: bool,
        along: Sequence[Item] = (),
    ) -> None:
        """End the operation, release the lock and, when ``gone``, the quota: once only.

        Raises NotReady when the operation had ended already or the record changed since.
        """
        released, changes = traced(record.model_copy(update={"running_operation": None}))
        item, values = _next(released, provider)
        writes = [
            self.table.putting(_operation(operation), "attribute_exists(gsi1pk)"),
            self.table.putting(item, UNCHANGED, values),
            *map(self.table.putting, changes),
        ]
        if gone:
            writes.append(self._counting(record, -1, None))
        writes += along
        try:
            self.table.transact(writes)
        except Lost as error:
            raise NotReady(f"Operation {operation.id} changed meanwhile.") from error

    def adopt(self, record: ResourceRecord, provider: ProviderType) -> None:
        """Record a resource that was found without a record; counted, over quota or not.

        Raises AlreadyExists when it has a record.
        """
        record, changes = traced(record)
        writes = [
            self.table.putting(_resource(record, provider), ABSENT),
            self._counting(record, 1, None),
            *map(self.table.putting, changes),
        ]
        try:
            self.table.transact(writes)
        except Lost as error:
            raise AlreadyExists(f"{record.id} has a record.") from error

    def used(self, tenant: str) -> dict[str, int]:
        """How many resources of each kind the tenant has."""
        return self.table.counters(_pk(tenant, "USAGE"))

    def _counting(self, record: ResourceRecord, by: int, limit: int | None) -> Item:
        update: Item = {
            "TableName": self.table.name,
            "Key": key(_pk(record.tenant, "USAGE"), record.kind.value),
            "UpdateExpression": "ADD used :by",
            "ExpressionAttributeValues": {":by": {"N": str(by)}},
        }
        if limit is not None:
            update["ConditionExpression"] = "attribute_not_exists(used) OR used < :limit"
            update["ExpressionAttributeValues"][":limit"] = {"N": str(limit)}
        return {"Update": update}

    # Accounts

    def account(self, tenant: str, account_id: str) -> ProviderAccount:
        found = self.table.get(_pk(tenant, "ACCOUNT"), account_id, ProviderAccount)
        if found is None:
            raise NotFound(f"There is no account {account_id!r}.", field="account_id")
        return found

    def accounts(self, tenant: str, page: PageRequest) -> Page[ProviderAccount]:
        return self.table.page(_pk(tenant, "ACCOUNT"), ProviderAccount, page)

    def all_accounts(self) -> Iterator[ProviderAccount]:
        """Accounts of all tenants: the reconciler's and the collectors' work."""
        return self.table.index(ACCOUNTS, ProviderAccount)

    def save_account(self, account: ProviderAccount) -> None:
        pk = _pk(account.tenant, "ACCOUNT")
        self.table.put(document(pk, account.id, account, gsi1pk=ACCOUNTS))

    def delete_account(self, account: ProviderAccount) -> None:
        """Forget the account; its resources stay where they are."""
        self.table.delete(_pk(account.tenant, "ACCOUNT"), account.id)


def _pk(tenant: str, kind: str) -> str:
    return f"T#{tenant}#{kind}"


def _operation(operation: Operation) -> Item:
    return document(
        _pk(operation.tenant, "OPERATION"),
        operation.id,
        operation,
        gsi1pk=None if operation.state.final else LIVE,
    )


def _resource(record: ResourceRecord, provider: ProviderType) -> Item:
    found_by = f"{provider.value}#{record.provider_id}" if record.provider_id else None
    return document(
        _pk(record.tenant, record.kind.value),
        record.id,
        record,
        version=record.version,
        observed_at=stamp(record.observed_at),
        running_operation=record.running_operation,
        gsi1pk=found_by,
    )


def _next(record: ResourceRecord, provider: ProviderType) -> tuple[Item, Item]:
    """The item of the record's next version, and the condition's value for this one."""
    following = record.model_copy(update={"version": record.version + 1})
    return _resource(following, provider), {":seen": record.version}
