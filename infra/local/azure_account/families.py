"""What all resource types have in common: create, read, update, delete and list."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any, ClassVar

from . import operations, paging
from .routes import Route
from .store import Resource, new_etag
from .wire import Answer, ArmError, Call, Json, not_found

if TYPE_CHECKING:
    from .account import LocalAccount

_families: dict[str, Family] = {}


def family_of(kind: str) -> Family:
    return _families[kind]


class Family:
    """One resource type. ``verbs``: how its API names list by group, list all and patch.

    ``accepts``: the status of a create and of an update that go on asynchronously.
    ``busy``: the provisioningState of a resource that is being made.
    """

    type: ClassVar[str]
    noun: ClassVar[str]
    verbs: ClassVar[tuple[str, str, str]] = ("List", "ListAll", "UpdateTags")
    accepts: ClassVar[tuple[int, int]] = (201, 200)
    busy: ClassVar[str] = "Updating"
    etags: ClassVar[bool] = True
    parent: ClassVar[str | None] = None
    # https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules
    names: ClassVar[str] = r"[A-Za-z0-9](?:[\w.-]{0,78}\w)?"

    def __init__(self) -> None:
        _families[self.type] = self

    # What a family says for itself.

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        """Check the body and bring ``new`` (a copy of ``old``) to what it asks for."""
        raise NotImplementedError

    def patch(self, account: LocalAccount, call: Call, resource: Resource) -> Answer:
        """Tags alone, at once."""
        resource.tags = dict(call.json().get("tags") or {})
        resource.etag = new_etag()
        return Answer(200, self.view(account, resource))

    def created(self, account: LocalAccount, call: Call, resource: Resource) -> None:
        """The new resource is in the store; its operation has not begun."""

    def finish(
        self, account: LocalAccount, resource: Resource, operation: operations.Operation
    ) -> None:
        if operation.verb == "delete" and not operation.failure:
            self.removed(account, resource)
            account.store.drop(resource.id)
            return
        if operation.verb in ("grant", "revoke"):
            return  # ours to say: an address that could not be had is no fault of the disk
        resource.state = "Failed" if operation.failure else "Succeeded"
        resource.etag = new_etag()

    def check_delete(self, account: LocalAccount, resource: Resource) -> None:
        """Raises ArmError when something still uses it."""

    def removed(self, account: LocalAccount, resource: Resource) -> None:
        """It is about to leave the store."""

    def extra(self, _account: LocalAccount, _resource: Resource, _call: Call | None) -> Json:
        """Properties that are worked out at each look."""
        return {}

    def listed(self, account: LocalAccount, resource: Resource, _call: Call) -> Json:
        """An item of a list."""
        return self.view(account, resource)

    # What all do alike.

    def view(self, account: LocalAccount, resource: Resource, call: Call | None = None) -> Json:
        properties = {**resource.properties, **self.extra(account, resource, call)}
        body: Json = {"name": resource.name, "id": resource.id, "type": resource.type}
        if self.etags:
            body["etag"] = resource.etag
        if not self.parent:
            body["location"] = resource.location
            if resource.tags:
                body["tags"] = resource.tags
        properties["provisioningState"] = resource.state
        return {**body, **resource.top, "properties": properties}

    def routes(self) -> list[Route]:
        provider, _, kind = self.type.partition("/")
        whole = f"/subscriptions/{{sub}}/providers/{provider}/{kind}"
        group = f"/subscriptions/{{sub}}/resourceGroups/{{group}}/providers/{provider}"
        if self.parent:
            outer, inner = kind.split("/")
            group = f"{group}/{outer}/{{parent}}"
            kind = inner
        one = f"{group}/{kind}/{{name}}"
        found = [
            Route("PUT", one, f"{self.noun}_CreateOrUpdate", self.put),
            Route("GET", one, f"{self.noun}_Get", self.get),
            Route("DELETE", one, f"{self.noun}_Delete", self.delete),
            Route("GET", f"{group}/{kind}", f"{self.noun}_{self.verbs[0]}", self.list),
        ]
        if not self.parent:
            found.append(Route("PATCH", one, f"{self.noun}_{self.verbs[2]}", self.update))
            found.append(Route("GET", whole, f"{self.noun}_{self.verbs[1]}", self.list))
        return found

    def find(self, account: LocalAccount, call: Call) -> Resource:
        """The resource that the path names, looked at once. Raises ArmError 404."""
        resource_id = self.path_id(account, call)
        if resource := account.store.get(resource_id):
            operations.look(account, [resource.operation] if resource.operation else [])
            resource = account.store.get(resource_id)
        if resource is None:
            raise not_found(resource_id)
        return resource

    def path_id(self, account: LocalAccount, call: Call) -> str:
        """The id in the path, in the case that the resource group was made with."""
        group = account.store.get(f"{account.root}/resourceGroups/{call.names['group']}")
        if group is None:
            name = call.names["group"]
            message = f"Resource group '{name}' could not be found."
            raise ArmError(404, "ResourceGroupNotFound", message)
        provider, _, kind = self.type.partition("/")
        place = f"{group.id}/providers/{provider}"
        if not self.parent:
            return f"{place}/{kind}/{call.names['name']}"
        outer, inner = kind.split("/")
        parent = account.store.get(f"{place}/{outer}/{call.names['parent']}")
        if parent is None:
            raise not_found(f"{place}/{outer}/{call.names['parent']}")
        return f"{parent.id}/{inner}/{call.names.get('name', '')}"

    def get(self, account: LocalAccount, call: Call) -> Answer:
        resource = self.find(account, call)
        headers = {"ETag": resource.etag} if self.etags else {}
        return Answer(200, self.view(account, resource, call), headers)

    def list(self, account: LocalAccount, call: Call) -> Answer:
        found = account.store.of_type(self.type)
        if "group" in call.names:
            base = self.path_id(
                account, Call(**{**vars(call), "names": {"name": "", **call.names}})
            )
            prefix = base.rpartition("/")[0].lower() + "/"
            found = [resource for resource in found if resource.id.lower().startswith(prefix)]
        operations.look(account, [r.operation for r in found if r.operation])
        found = [resource for resource in found if account.store.get(resource.id)]
        return paging.page(account, call, found, lambda r: self.listed(account, r, call))

    def put(self, account: LocalAccount, call: Call) -> Answer:
        resource_id = self.path_id(account, call)
        old = account.store.get(resource_id)
        body = call.json()
        self._check_put(account, call, resource_id, old, body)
        new = copy.deepcopy(old) if old else Resource(resource_id, self.type, account.location)
        if not self.parent:
            new.tags = dict(body.get("tags") or {})
        self.prepare(account, call, new, old)
        new.etag = new_etag()
        new.state = "Updating" if old else self.busy
        account.store.put(new)
        self.created(account, call, new)
        operation = operations.begin(account, call, new, "update" if old else "create")
        status = self.accepts[1 if old else 0]
        headers = operations.accepted(account, call, operation, location=status == 202)
        return Answer(status, self.view(account, account.store.get(new.id) or new), headers)

    def _check_put(
        self, account: LocalAccount, call: Call, resource_id: str, old: Resource | None, body: Json
    ) -> None:
        name = resource_id.rpartition("/")[2]
        if not re.fullmatch(self.names, name):
            raise ArmError(400, "InvalidResourceName", f"Resource name {name} is invalid.", name)
        preconditions(call, old)
        if old and old.state == "Deleting":
            raise being_deleted(old)
        if self.parent:
            return
        location = normal(body.get("location"))
        if not location:
            message = "The location property is required for this definition."
            raise ArmError(400, "LocationRequired", message)
        if location != account.location:
            if old:
                message = f"The resource '{name}' already exists in location '{old.location}'."
                raise ArmError(409, "InvalidResourceLocation", message)
            message = f"The provided location '{location}' is not available for '{self.type}'."
            raise ArmError(400, "LocationNotAvailableForResourceType", message)

    def update(self, account: LocalAccount, call: Call) -> Answer:
        resource = self.find(account, call)
        preconditions(call, resource)
        if resource.state == "Deleting":
            raise being_deleted(resource)
        return self.patch(account, call, resource)

    def delete(self, account: LocalAccount, call: Call) -> Answer:
        """202 and an operation; 204 when there is nothing of that name."""
        resource = account.store.get(self.path_id(account, call))
        if resource is None:
            return Answer(204)
        self.check_delete(account, resource)
        if resource.state == "Deleting" and resource.operation:
            running = account.operations[resource.operation]
        else:
            resource.state = "Deleting"
            running = operations.begin(account, call, resource, "delete")
        return Answer(202, None, operations.accepted(account, call, running, location=True))


def normal(location: Any) -> str:
    """ "West Europe" and "westeurope" are one location."""
    return str(location or "").replace(" ", "").lower()


def preconditions(call: Call, old: Resource | None) -> None:
    """https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/create-or-update#uri-parameters"""
    wanted, unwanted = call.headers.get("if-match"), call.headers.get("if-none-match")
    failed = wanted and (old is None or wanted not in ("*", old.etag, old.etag.removeprefix("W/")))
    if failed or (unwanted == "*" and old is not None):
        message = "The condition of If-Match or If-None-Match does not hold."
        raise ArmError(412, "PreconditionFailed", message)


def being_deleted(resource: Resource) -> ArmError:
    """As reported in https://github.com/sassoftware/viya4-iac-azure/issues/140"""
    message = (
        f"The operation is not allowed on '{resource.name}' since it is marked for deletion. You "
        "can only retry the Delete operation (or wait for an ongoing one to complete)."
    )
    return ArmError(409, "OperationNotAllowed", message)


def reference(account: LocalAccount, resource_id: Any, kind: str, user: str) -> Resource:
    """The resource that ``user`` refers to.

    Raises ArmError as the network provider does: InvalidResourceReference when there is none,
    ReferencedResourceNotProvisioned while it is not ready:
    https://learn.microsoft.com/en-us/azure/azure-resource-manager/troubleshooting/common-deployment-errors
    https://learn.microsoft.com/en-us/azure/networking/troubleshoot-failed-state
    """
    found = account.store.get(str(resource_id))
    if found is None or found.type != kind:
        message = (
            f"Resource {resource_id} referenced by resource {user} was not found. Please make "
            "sure that the referenced resource exists, and that both resources are in "
            "the same region."
        )
        raise ArmError(400, "InvalidResourceReference", message)
    if found.state != "Succeeded":
        message = (
            f"Cannot proceed with operation because resource {found.id} used by resource {user} is "
            f"not in Succeeded state. Resource is in {found.state} state."
        )
        raise ArmError(409, "ReferencedResourceNotProvisioned", message)
    return found
