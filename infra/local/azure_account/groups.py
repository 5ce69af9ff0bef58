"""Subscription, locations, resource groups.

https://learn.microsoft.com/en-us/rest/api/resources/resource-groups
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import operations, paging
from .families import Family, family_of, normal
from .routes import Route
from .store import Resource
from .wire import Answer, ArmError, Call, Json

if TYPE_CHECKING:
    from .account import LocalAccount

_TYPE = "Microsoft.Resources/resourceGroups"
_ONE = "/subscriptions/{sub}/resourceGroups/{group}"


class ResourceGroups(Family):
    type = _TYPE
    noun = "ResourceGroups"
    names = r"[\w().-]{0,89}[\w()-]"
    etags = False

    def view(self, _account: LocalAccount, resource: Resource, _call: Call | None = None) -> Json:
        body: Json = {"id": resource.id, "name": resource.name, "type": self.type}
        body["location"] = resource.location
        if resource.tags:
            body["tags"] = resource.tags
        return {**body, "properties": {"provisioningState": resource.state}}

    def routes(self) -> list[Route]:
        return [
            Route("PUT", _ONE, "ResourceGroups_CreateOrUpdate", self.put),
            Route("GET", _ONE, "ResourceGroups_Get", self.get),
            Route("HEAD", _ONE, "ResourceGroups_CheckExistence", self.exists),
            Route("PATCH", _ONE, "ResourceGroups_Update", self.update),
            Route("DELETE", _ONE, "ResourceGroups_Delete", self.delete),
            Route("GET", f"{_ONE}/resources", "Resources_ListByResourceGroup", self.inside),
            Route("GET", "/subscriptions/{sub}/resources", "Resources_List", self.inside),
            Route("GET", "/subscriptions/{sub}/resourceGroups", "ResourceGroups_List", self.list),
        ]

    def path_id(self, account: LocalAccount, call: Call) -> str:
        return f"{account.root}/resourceGroups/{call.names['group']}"

    def find(self, account: LocalAccount, call: Call) -> Resource:
        try:
            return super().find(account, call)
        except ArmError as e:
            message = f"Resource group '{call.names['group']}' could not be found."
            raise ArmError(404, "ResourceGroupNotFound", message) from e

    def put(self, account: LocalAccount, call: Call) -> Answer:
        """At once: a resource group has no operation to wait for."""
        old = account.store.get(self.path_id(account, call))
        body = call.json()
        self._check_put(account, call, self.path_id(account, call), old, body)
        new = old or Resource(self.path_id(account, call), self.type, normal(body["location"]))
        new.tags = dict(body.get("tags") or {})
        account.store.put(new)
        return Answer(200 if old else 201, self.view(account, new))

    def exists(self, account: LocalAccount, call: Call) -> Answer:
        return Answer(204 if account.store.get(self.path_id(account, call)) else 404)

    def delete(self, account: LocalAccount, call: Call) -> Answer:
        """Everything in it goes too, whatever uses what."""
        group = self.find(account, call)
        group.state = "Deleting"
        running = operations.begin(account, call, group, "delete")
        headers = operations.accepted(account, call, running, location=True)
        return Answer(202, None, {n: v for n, v in headers.items() if n != "Azure-AsyncOperation"})

    def removed(self, account: LocalAccount, resource: Resource) -> None:
        for inner in account.store.under(resource.id):
            if account.store.get(inner.id):
                family_of(inner.type).removed(account, inner)
                account.store.drop(inner.id)

    def inside(self, account: LocalAccount, call: Call) -> Answer:
        """https://learn.microsoft.com/en-us/rest/api/resources/resources/list"""
        top = [r for r in account.store if r.type != _TYPE and r.type.count("/") == 1]
        if "group" in call.names:
            prefix = self.find(account, call).id.lower() + "/"
            top = [r for r in top if r.id.lower().startswith(prefix)]
        top = [r for r in top if _wanted(call.query.get("$filter", ""), r)]
        return paging.page(account, call, top, _brief)


def _brief(resource: Resource) -> Json:
    body: Json = {"id": resource.id, "name": resource.name, "type": resource.type}
    body["location"] = resource.location
    return body | ({"tags": resource.tags} if resource.tags else {})


def _wanted(condition: str, resource: Resource) -> bool:
    """The filters that tools use: tagName/tagValue and resourceType, joined by "and"."""
    told: dict[str, str] = {}
    for part in condition.split(" and ") if condition else []:
        name, _, value = part.strip().partition(" eq ")
        if name not in ("tagName", "tagValue", "resourceType"):
            raise ArmError(400, "InvalidFilterInQueryString", f"Invalid $filter '{condition}'.")
        told[name] = value.strip("'")
    if "resourceType" in told and resource.type.lower() != told["resourceType"].lower():
        return False
    if "tagName" not in told:
        return True
    had = resource.tags.get(told["tagName"])
    return had is not None and told.get("tagValue", had) == had


def _subscription(account: LocalAccount, call: Call) -> Answer:
    """https://learn.microsoft.com/en-us/rest/api/resources/subscriptions/get"""
    body = {
        "id": account.root,
        "subscriptionId": account.subscription_id,
        "tenantId": account.tenant_id,
        "displayName": "Local subscription",
        "state": "Enabled",
        "authorizationSource": "RoleBased",
    }
    one = "sub" in call.names
    return Answer(200, body if one else {"value": [body]})


def _locations(account: LocalAccount, _call: Call) -> Answer:
    """https://learn.microsoft.com/en-us/rest/api/resources/subscriptions/list-locations"""
    physical = [str(zone) for zone in (1, 2, 3)]
    found: dict[str, Any] = {
        "id": f"{account.root}/locations/{account.location}",
        "name": account.location,
        "displayName": account.location,
        "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
        "availabilityZoneMappings": [
            {"logicalZone": zone, "physicalZone": f"{account.location}-az{zone}"}
            for zone in physical
        ],
    }
    return Answer(200, {"value": [found]})


ROUTES = [
    Route("GET", "/subscriptions", "Subscriptions_List", _subscription),
    Route("GET", "/subscriptions/{sub}", "Subscriptions_Get", _subscription),
    Route("GET", "/subscriptions/{sub}/locations", "Subscriptions_ListLocations", _locations),
]
