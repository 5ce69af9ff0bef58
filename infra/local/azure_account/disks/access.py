"""beginGetAccess and endGetAccess: URLs by which a client reads or writes the bytes.

https://learn.microsoft.com/en-us/rest/api/compute/disks/grant-access
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from .. import operations
from ..families import Family, being_deleted
from ..routes import Route
from ..store import Resource
from ..wire import Answer, ArmError, Call
from .making import SNAPSHOT

if TYPE_CHECKING:
    from ..account import LocalAccount

_READABLE = 5


def sas_url(account: LocalAccount, call: Call, grant: dict[str, Any], seconds: int) -> str:
    """A URL that is its own credential, for ``seconds`` of virtual time."""
    token = secrets.token_urlsafe(24)
    expires = account.clock.now() + seconds
    account.grants[token] = {**grant, "expires": expires}
    until = account.timestamp(expires)[:19] + "Z"
    query = urlencode({"sv": "2018-03-28", "sr": "b", "se": until, "sig": token})
    return f"{call.base}/blobs/{token}/abcd?{query}"


def granted(account: LocalAccount, resource: Resource) -> list[str]:
    now = account.clock.now()
    return [
        token
        for token, grant in account.grants.items()
        if grant.get("resource") == resource.id and grant["expires"] > now
    ]


def _check_family(account: LocalAccount, resource: Resource) -> None:
    """https://learn.microsoft.com/en-us/azure/virtual-machines/disks-incremental-snapshots#restrictions
    The code is ours: the documentation tells none."""
    family = resource.private.get("family")
    if resource.type != SNAPSHOT or family is None:
        return
    others = [
        one
        for one in account.store.of_type(SNAPSHOT)
        if one.private.get("family") == family and one is not resource and granted(account, one)
    ]
    if len(others) >= _READABLE:
        message = f"{_READABLE} snapshots of this family have a shared access signature already."
        raise ArmError(409, "OperationNotAllowed", message)


class Access:
    """The two actions, for disks and for snapshots."""

    def __init__(self, family: Family) -> None:
        self._family = family

    def begin(self, account: LocalAccount, call: Call) -> Answer:
        resource = self._ready(account, call)
        asked = call.json()
        level, seconds = asked.get("access"), asked.get("durationInSeconds")
        if level not in ("Read", "Write"):
            raise ArmError(400, "InvalidParameter", f"Access '{level}' is not valid.", "access")
        if not isinstance(seconds, int) or seconds < 1:
            message = "Required parameter 'durationInSeconds' is missing or not positive."
            raise ArmError(400, "InvalidParameter", message, "durationInSeconds")
        self._check(account, resource, level)
        _check_family(account, resource)
        grant = {"kind": "bytes", "resource": resource.id, "access": level}
        url = sas_url(account, call, grant, seconds)
        if resource.properties.get("diskState") == "ReadyToUpload":
            resource.properties["diskState"] = "ActiveUpload"
        running = operations.begin(account, call, resource, "grant", {"accessSAS": url})
        return Answer(202, None, operations.accepted(account, call, running, location=True))

    def _check(self, account: LocalAccount, resource: Resource, level: str) -> None:
        """https://learn.microsoft.com/en-us/azure/virtual-machines/linux/disks-upload-vhd-to-managed-disk-cli"""
        upload = resource.properties.get("diskState") in ("ReadyToUpload", "ActiveUpload")
        machine = account.store.get(resource.top.get("managedBy", ""))
        if (level == "Write") != upload:
            message = f"{level} access cannot be granted to '{resource.name}' in its present state."
            raise ArmError(409, "OperationNotAllowed", message)
        if machine and machine.private["power"] != "deallocated":
            message = (
                f"Disk {resource.name} is attached to running VM {machine.name}; access "
                "cannot be granted."
            )
            raise ArmError(409, "OperationNotAllowed", message)

    def end(self, account: LocalAccount, call: Call) -> Answer:
        """The URL stops working at once; an upload becomes a disk when the operation ends."""
        resource = self._ready(account, call)
        for token in granted(account, resource):
            del account.grants[token]
        running = operations.begin(account, call, resource, "revoke")
        return Answer(202, None, operations.accepted(account, call, running, location=True))

    def _ready(self, account: LocalAccount, call: Call) -> Resource:
        resource = self._family.find(account, call)
        if resource.state == "Deleting":
            raise being_deleted(resource)
        return resource

    def routes(self) -> list[Route]:
        kind = self._family.type
        one = f"/subscriptions/{{sub}}/resourceGroups/{{group}}/providers/{kind}/{{name}}"
        noun = self._family.noun
        return [
            Route("POST", f"{one}/beginGetAccess", f"{noun}_GrantAccess", self.begin),
            Route("POST", f"{one}/endGetAccess", f"{noun}_RevokeAccess", self.end),
        ]
