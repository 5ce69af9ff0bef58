"""Forwarding rules, each of which bills, and whether anything is behind them:
https://cloud.google.com/load-balancing/docs/forwarding-rule-concepts
https://cloud.google.com/load-balancing/pricing
"""

from __future__ import annotations

from typing import Any

from novacron.models.base import Page, PageRequest
from novacron.models.load_balancer import LoadBalancer
from novacron.providers.gcp.backends import LEADS, Backends
from novacron.providers.gcp.base import last
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.ownership import owned
from novacron.providers.gcp.paging import Lists, resources
from novacron.providers.load_balancers import LoadBalancerList

SERVICE = "forwarding_rules"
MESH = "INTERNAL_SELF_MANAGED"
"""Of Cloud Service Mesh, whose proxies are one's own."""


class GcpLoadBalancerList(Lists, LoadBalancerList):
    @translated
    def list_load_balancers(self, region: str | None, page: PageRequest) -> Page[LoadBalancer]:
        """Global ones are shown in the home region."""
        regions = self.regions_of(region)
        found = self._page(SERVICE, "", page.limit, page.cursor)
        backends = Backends(self.call, self.account.project)
        items = [
            self._shown(one, backends)
            for one in resources(found, SERVICE)
            if self._region(one) in regions and _balances(one)
        ]
        return Page(items=items, next_cursor=found.next_page_token or None)

    def _region(self, native: Any) -> str:
        return last(native.region) or self.account.region

    def _shown(self, native: Any, backends: Backends) -> LoadBalancer:
        owner = owned(native)
        return LoadBalancer(
            id=f"{last(native.region) or 'global'}/{native.name}",
            name=owner.name,
            region=self._region(native),
            mark=str(native.id),
            # https://cloud.google.com/asset-inventory/docs/resource-name-format
            billed_as=f"//compute.googleapis.com/{native.self_link.partition('/v1/')[2]}",
            empty=not backends.there(_target(native)),
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )


def _target(native: Any) -> str:
    return str(native.backend_service or native.target)


def _balances(native: Any) -> bool:
    """Not rules of VPN gateways or of Private Service Connect, which lead elsewhere."""
    kind = _target(native).rpartition("/")[0].rpartition("/")[2]
    return native.load_balancing_scheme != MESH and kind in LEADS
