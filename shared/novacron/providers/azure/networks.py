"""Private networks: a virtual network with its subnets, and one security group of the same name
that carries the rules. Neither refers to the other, so that neither waits for the other."""

from __future__ import annotations

from novacron.errors import (
    Conflict,
    NotFound,
    NotReady,
    NovaCronError,
    ProviderUnavailable,
    Throttled,
)
from novacron.mapping.firewall_azure import from_security_rules
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.network import Network, NetworkSpec, Subnet
from novacron.models.volume import ResourceFilter
from novacron.providers.azure.base import NETWORK, AzureBase
from novacron.providers.azure.errors import translated
from novacron.providers.azure.network_parts import group_request, network_request
from novacron.providers.azure.ownership import Json, matches, native_name, owned, same_before
from novacron.providers.azure.paging import page_of
from novacron.providers.base import Networks

_TO_MAKE = (None, "Failed", "Canceled")
"""States of a part that is to be put (again): none, or one whose making failed."""


class AzureNetworks(AzureBase, Networks):
    @translated
    def create_network(self, spec: NetworkSpec, owner: Ownership) -> Network:
        """Finishes what an earlier attempt began."""
        self.here(spec.region)
        name = native_name(owner)
        wanted, rules = network_request(spec, owner), group_request(spec, owner)
        vnet, group = self._parts(name)
        for part in filter(None, (vnet, group)):
            same_before(part, spec, owner)
            if _state(part) == "Deleting":
                raise NotReady(f"What is left of network {name} is being deleted.")
        operation = None
        if _state(vnet) in _TO_MAKE:
            begin = self.network.virtual_networks.begin_create_or_update
            operation = self.begin(begin, name, wanted).operation
        if _state(group) in _TO_MAKE:
            operation = self._add_group(name, rules) or operation
        return _network(*self._parts(name), operation)

    @translated
    def _add_group(self, name: str, rules: Json) -> str | None:
        """Without it there must be no network either."""
        begin = self.network.network_security_groups.begin_create_or_update
        try:
            return self._begin_part(begin, name, rules)
        except (Throttled, ProviderUnavailable) as error:
            raise NotReady(
                f"Network {name} is half made; the same request again finishes it."
            ) from error
        except NovaCronError:
            try:
                self._begin_part(self.network.virtual_networks.begin_delete, name)
            except NovaCronError as error:
                raise NotReady(
                    f"Network {name} is half made and could not be removed; the same request "
                    "again finishes it."
                ) from error
            raise

    @translated
    def get_network(self, network_id: str) -> Network:
        vnet, group = self._parts(self.named(network_id))
        if vnet is None:
            raise NotFound(f"There is no network {network_id!r}.")
        return _network(vnet, group)

    @translated
    def list_networks(self, where: ResourceFilter, page: PageRequest) -> Page[Network]:
        def show(found: list[Json]) -> list[Network]:
            get = self.network.network_security_groups.get
            return [_network(one, self.find_native(get, one["name"])) for one in found]

        return page_of(
            self.place(NETWORK, "virtualNetworks"),
            page,
            self.list_page(self.network.virtual_networks.list),
            lambda native: matches(native, where),
            show,
        )

    @translated
    def delete_network(self, network_id: str) -> None:
        vnet, group = self._parts(self.named(network_id))
        if vnet is None and group is None:
            raise NotFound(f"There is no network {network_id!r}.")
        if user := _user(vnet, group):
            raise Conflict(f"{user} is on network {network_id}; delete it first.")
        if group is not None:
            self.begin(self.network.network_security_groups.begin_delete, network_id)
        if vnet is not None:
            self.begin(self.network.virtual_networks.begin_delete, network_id)

    def _parts(self, name: str) -> tuple[Json | None, Json | None]:
        return (
            self.find_native(self.network.virtual_networks.get, name),
            self.find_native(self.network.network_security_groups.get, name),
        )

    @translated
    def _begin_part(self, start: object, *told: object) -> str | None:
        return self.begin(start, *told).operation  # type: ignore[arg-type]


def _state(part: Json | None) -> str | None:
    return None if part is None else part["properties"].get("provisioningState")


def _user(vnet: Json | None, group: Json | None) -> str | None:
    """Our id of an interface that is on the network or carries its rules."""
    subnets = vnet["properties"].get("subnets") or [] if vnet else []
    used = [ip["id"] for s in subnets for ip in s["properties"].get("ipConfigurations") or []]
    used += [
        nic["id"]
        for nic in (group or {"properties": {}})["properties"].get("networkInterfaces") or []
    ]
    return used[0].partition("/networkInterfaces/")[2].partition("/")[0] if used else None


def _network(vnet: Json | None, group: Json | None, operation: str | None = None) -> Network:
    if vnet is None:
        raise NotReady("The network is not there yet.")
    owner = owned(vnet)
    properties = vnet["properties"]
    subnets = [
        Subnet(
            id=f"{vnet['name']}/{subnet['name']}",
            name=subnet["name"],
            cidr=_prefix(subnet["properties"]),
        )
        for subnet in properties.get("subnets") or []
    ]
    return Network(
        id=vnet["name"],
        name=owner.name or vnet["name"],
        region=vnet["location"],
        cidr=properties["addressSpace"]["addressPrefixes"][0],
        subnets=sorted(subnets, key=lambda subnet: subnet.cidr),
        firewall_id=group and group["name"],
        firewall_rules=from_security_rules(
            group["properties"].get("securityRules") or [] if group else []
        ),
        tags=owner.tags,
        tenant=owner.tenant,
        operation=owner.operation,
        provider_operation=operation,
    )


def _prefix(properties: Json) -> str:
    return str(properties.get("addressPrefix") or properties["addressPrefixes"][0])
