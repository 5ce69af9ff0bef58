"""Private networks: a VPC network in custom mode, its subnets, and rules for VMs with its tag."""

from __future__ import annotations

import json
from typing import Any

from novacron.errors import (
    Conflict,
    NotFound,
    NotReady,
    NovaCronError,
    ProviderUnavailable,
    Throttled,
)
from novacron.mapping.firewall_gcp import KEY, from_firewalls
from novacron.mapping.tags import check_same
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.network import Network, NetworkSpec, Subnet
from novacron.models.volume import ResourceFilter
from novacron.providers.base import Networks
from novacron.providers.gcp.base import last
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.network_parts import NetworkParts, Part
from novacron.providers.gcp.paging import MOST

KEPT = frozenset({"name", "region", "cidr", "tags", "tenant", "operation", "digest"})
# After these the same request goes on; after any other what was begun is taken back.
PASSING = (NotReady, ProviderUnavailable, Throttled)


class GcpNetworks(NetworkParts, Networks):
    @translated
    def create_network(self, spec: NetworkSpec, owner: Ownership) -> Network:
        """In steps, with NotReady between them; finishes what an earlier attempt began. When a
        refusal half-way is raised, the removal of the parts has begun, and a delete ends it."""
        self.check_region(spec.region)
        part = self.network_part(spec, owner)
        inner = self.inner_parts(spec, owner, part.name)  # refuses before anything is made
        found = self._made_by(owner)
        if found is None:
            self.make([part], owner)
        else:
            check_same(_kept(found)["digest"], spec, owner)
        self._fill(part.name, spec.region, inner, owner)
        self._check_settled(part.name, spec.region)
        return self._described(self.call("networks", "get", network=part.name))

    def _fill(self, network: str, region: str, inner: list[Part], owner: Ownership) -> None:
        there = {one.name for one in self.of_network("firewalls", network)}
        there |= {one.name for one in self.of_network("subnetworks", network, region=region)}
        try:
            translated(self.make)([one for one in inner if one.name not in there], owner)
        except NovaCronError as error:
            if not isinstance(error, PASSING):
                self.abandon(network, region)
            raise

    def _made_by(self, owner: Ownership) -> Any:
        for one in self.everything("networks"):
            kept = _kept(one)
            if (kept.get("tenant"), kept.get("operation")) == (owner.tenant, owner.operation):
                return one
        return None

    def _check_settled(self, network: str, region: str) -> None:
        """Parts can be seen before they are made. NotReady: something is still being made."""
        running = [
            *self.everything("global_operations", 'status != "DONE"'),
            *self.everything("region_operations", 'status != "DONE"', region=region),
        ]
        mine = {one.name for one in self.of_network("firewalls", network)}
        mine |= {one.name for one in self.of_network("subnetworks", network, region=region)}
        if any(last(one.target_link) in mine | {network} for one in running):
            raise NotReady(f"Network {network} is being made.")

    @translated
    def get_network(self, network_id: str) -> Network:
        found = self.call("networks", "get", network=self.named(network_id))
        if not _kept(found):
            raise NotFound(f"{network_id!r} is no network of NovaCron's.")
        return self._described(found)

    @translated
    def list_networks(self, where: ResourceFilter, page: PageRequest) -> Page[Network]:
        """Ours alone: another's has no block and no region of its own, as ours have."""
        regions = self.regions_of(where.region)
        token = {"page_token": page.cursor} if page.cursor else {}
        found = self.call("networks", "list", max_results=min(page.limit, MOST), **token)
        shown = [one for one in found.items if _matches(_kept(one), where, regions)]
        return Page(
            items=[self._described(one) for one in shown],
            next_cursor=found.next_page_token or None,
        )

    @translated
    def delete_network(self, network_id: str) -> None:
        found = self.call("networks", "get", network=self.named(network_id))
        region = _kept(found).get("region", self.account.region)
        for one in self.everything("instances"):
            if any(last(nic.network) == network_id for nic in one.network_interfaces):
                raise Conflict(f"VM {one.name} is on network {network_id}; delete it first.")
        self.remove(network_id, region)

    def _described(self, native: Any) -> Network:
        kept = _kept(native)
        region = kept["region"]
        subnets = self.of_network("subnetworks", native.name, region=region)
        return Network(
            id=native.name,
            name=kept["name"],
            region=region,
            cidr=kept["cidr"],
            subnets=[
                Subnet(
                    id=f"{region}/{one.name}",
                    name=_read(one.description).get("subnet", one.name),
                    cidr=one.ip_cidr_range,
                )
                for one in sorted(subnets, key=lambda one: one.ip_cidr_range)
            ],
            firewall_id=native.name,
            firewall_rules=from_firewalls(self.of_network("firewalls", native.name)),
            tags=kept["tags"],
            tenant=kept["tenant"],
            operation=kept["operation"],
        )


def _kept(network: Any) -> dict[str, Any]:
    """What the description of a network of ours keeps; empty for others."""
    found = _read(network.description)
    return found if found.keys() >= KEPT else {}


def _read(description: str) -> dict[str, Any]:
    try:
        found = json.loads(description)[KEY]
    except (ValueError, KeyError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _matches(kept: dict[str, Any], where: ResourceFilter, regions: tuple[str, ...]) -> bool:
    if not kept or kept["region"] not in regions:
        return False
    told = {"name": where.name, "tenant": where.tenant, "operation": where.operation}
    return all(kept[key] == value for key, value in told.items() if value is not None) and all(
        kept["tags"].get(key) == value for key, value in where.tags.items()
    )
