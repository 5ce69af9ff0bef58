"""Which of Azure's load balancers have anything in their pools:
https://learn.microsoft.com/en-us/rest/api/load-balancer/load-balancers/list"""

from __future__ import annotations

from novacron.models.base import Page, PageRequest
from novacron.models.load_balancer import LoadBalancer
from novacron.providers.azure.base import NETWORK, AzureBase
from novacron.providers.azure.errors import translated
from novacron.providers.azure.ownership import Json, owned, region_of
from novacron.providers.azure.paging import page_of
from novacron.providers.load_balancers import LoadBalancerList

KIND = "loadBalancers"


class AzureLoadBalancerList(AzureBase, LoadBalancerList):
    @translated
    def list_load_balancers(self, region: str | None, page: PageRequest) -> Page[LoadBalancer]:
        regions = self.account.regions if region is None else (self.here(region),)

        def keep(native: Json) -> bool:
            return _billed(native) and region_of(native) in regions

        fetch = self.list_page(self.network.load_balancers.list)
        place = self.place(NETWORK, KIND)
        return page_of(place, page, fetch, keep, lambda found: [_shown(one) for one in found])


def _billed(native: Json) -> bool:
    """Standard ones, by the hour, once they have a rule; rules of inbound NAT are free:
    https://azure.microsoft.com/en-us/pricing/details/load-balancer/"""
    told = native["properties"]
    ruled = told.get("loadBalancingRules") or told.get("outboundRules")
    return native["sku"]["name"] == "Standard" and bool(ruled)


def _shown(native: Json) -> LoadBalancer:
    owner = owned(native)
    return LoadBalancer(
        id=native["name"],
        name=owner.name or native["name"],
        region=region_of(native),
        mark=native["properties"]["resourceGuid"],
        billed_as=native["id"].lower(),
        empty=_empty(native["properties"]),
        tags=owner.tags,
        tenant=owner.tenant,
        operation=owner.operation,
    )


def _empty(told: Json) -> bool:
    """Interfaces in its pools, addresses in them, and interfaces that inbound NAT leads to."""
    pools = [one["properties"] for one in told.get("backendAddressPools") or []]
    rules = [one["properties"] for one in told.get("inboundNatRules") or []]
    members = ("backendIPConfigurations", "loadBalancerBackendAddresses")
    return not any(pool.get(name) for pool in pools for name in members) and not any(
        rule.get("backendIPConfiguration") for rule in rules
    )
