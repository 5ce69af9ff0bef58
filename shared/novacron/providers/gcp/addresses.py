"""Static external addresses: https://cloud.google.com/compute/docs/reference/rest/v1/addresses"""

from __future__ import annotations

import re
from typing import Any

from novacron.errors import Conflict, NotFound
from novacron.models.address import Address
from novacron.models.base import Page, PageRequest
from novacron.models.volume import ResourceFilter
from novacron.providers.addresses import PublicAddresses
from novacron.providers.gcp.base import last
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.instances import when
from novacron.providers.gcp.operations import Operations
from novacron.providers.gcp.ownership import owned
from novacron.providers.gcp.paging import Lists

_ID = re.compile(r"([a-z]+-[a-z]+\d+)/([a-z](?:[-a-z0-9]{0,61}[a-z0-9])?)")
EXTERNAL = '(addressType = "EXTERNAL")'


class GcpAddresses(Lists, Operations, PublicAddresses):
    """Regional ones. Global ones are load balancers'."""

    @translated
    def list_addresses(self, where: ResourceFilter, page: PageRequest) -> Page[Address]:
        return self.page_of("addresses", where, page, _address, query=EXTERNAL)

    @translated
    def release_address(self, address_id: str) -> None:
        match = _ID.fullmatch(address_id)
        if match is None or match[1] not in self.account.regions:
            raise NotFound(f"There is no {address_id!r} in this account.")
        region, name = match.groups()
        found = self.call("addresses", "get", region=region, address=name)
        if (holder := _address(found).attached_to) is not None:
            raise Conflict(f"Address {found.address} is attached to {holder}.")
        step = f"delete/{found.id}"
        self.change("addresses", "delete_unary", step, region=region, address=name)


def _address(native: Any) -> Address:
    owner, region = owned(native), last(native.region)
    users = [user.partition("/projects/")[2] or user for user in native.users]
    return Address(
        id=f"{region}/{native.name}",
        name=owner.name,
        region=region,
        ip=native.address,
        attached_to=users[0] if users else None,
        created_at=when(native.creation_timestamp),
        tags=owner.tags,
        tenant=owner.tenant,
        operation=owner.operation,
    )
