"""Static public IP addresses: https://learn.microsoft.com/en-us/rest/api/virtualnetwork/public-ip-addresses"""

from __future__ import annotations

from novacron.errors import Conflict
from novacron.models.address import Address
from novacron.models.base import Page, PageRequest
from novacron.models.volume import ResourceFilter
from novacron.providers.addresses import PublicAddresses
from novacron.providers.azure.base import NETWORK, AzureBase
from novacron.providers.azure.errors import translated
from novacron.providers.azure.ownership import Json, matches, owned, region_of
from novacron.providers.azure.paging import page_of

KIND = "publicIPAddresses"


class AzureAddresses(AzureBase, PublicAddresses):
    @translated
    def list_addresses(self, where: ResourceFilter, page: PageRequest) -> Page[Address]:
        regions = self.account.regions if where.region is None else (self.here(where.region),)

        def keep(native: Json) -> bool:
            shown = _address(native)
            return _billed(native) and shown.region in regions and matches(native, where)

        fetch = self.list_page(self.network.public_ip_addresses.list)
        place = self.place(NETWORK, KIND)
        return page_of(place, page, fetch, keep, lambda found: [_address(one) for one in found])

    @translated
    def release_address(self, address_id: str) -> None:
        """Looked at first, as a DELETE of what is not there succeeds."""
        name = self.named(address_id)
        found = _address(self.get_native(self.network.public_ip_addresses.get, name))
        if found.attached_to is not None:
            raise Conflict(f"Address {found.ip} is attached to {found.attached_to}.")
        self.begin(self.network.public_ip_addresses.begin_delete, name)


def _billed(native: Json) -> bool:
    """A dynamic one is an address only while it is used; one of a prefix is paid for with it:
    https://azure.microsoft.com/en-us/pricing/details/ip-addresses/"""
    told = native["properties"]
    static = told.get("publicIPAllocationMethod") == "Static" and "ipAddress" in told
    return static and "publicIPPrefix" not in told and told["provisioningState"] != "Deleting"


def _address(native: Json) -> Address:
    owner, told = owned(native), native["properties"]
    holder = told.get("ipConfiguration") or told.get("natGateway")
    return Address(
        id=native["name"],
        name=owner.name or native["name"],
        region=region_of(native),
        ip=told.get("ipAddress", ""),
        attached_to=holder and holder["id"],
        tags=owner.tags,
        tenant=owner.tenant,
        operation=owner.operation,
    )
