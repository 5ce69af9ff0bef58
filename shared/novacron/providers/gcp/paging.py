"""Pages of Google's lists. Its page tokens are stable, so that they are our cursors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from novacron.errors import ProviderUnavailable
from novacron.models.base import Model, Observed, Ownership, Page, PageRequest
from novacron.models.vm import VmFilter
from novacron.models.volume import ResourceFilter
from novacron.providers.gcp.base import GcpBase
from novacron.providers.gcp.ownership import filter_of, matches, same, wanted_labels

M = TypeVar("M", bound=Observed)
ZONAL = {
    **{name: name for name in ("instances", "disks", "addresses", "reservations")},
    "forwarding_rules": "forwarding_rules",
    "region_commitments": "commitments",
}
"""Services whose resources are in zones or regions, and what these are called: one list walks all
of the places."""
MOST = 500
"""maxResults: https://cloud.google.com/compute/docs/reference/rest/v1/instances/aggregatedList"""


class Lists(GcpBase):
    def page_of(
        self,
        service: str,
        where: VmFilter | ResourceFilter,
        page: PageRequest,
        convert: Callable[[Any], M],
        keep: Callable[[M], bool] = lambda _: True,
        query: str = "",
    ) -> Page[M]:
        """The page at the cursor, by one call; with fewer items than asked for, or none, where
        others are left out. ``query``: what Google is to leave out itself."""
        regions = self.regions_of(where.region)
        wanted = wanted_labels(where)
        if wanted is None:
            return Page(items=[])
        query = f"{filter_of(wanted)} {query}".strip()
        found = self._page(service, query, page.limit, page.cursor)
        items = [convert(one) for one in resources(found, service) if matches(one, wanted)]
        shown = [one for one in items if one.region in regions and keep(one)]
        return Page(items=shown, next_cursor=found.next_page_token or None)

    def made_before(self, service: str, spec: Model, owner: Ownership) -> Any:
        """What the operation made before, None if nothing. Conflict: of another request."""
        where = ResourceFilter(tenant=owner.tenant, operation=owner.operation)
        wanted = wanted_labels(where) or {}
        for one in self.everything(service, filter_of(wanted)):
            if matches(one, wanted):
                return same(one, spec, owner)
        return None

    def everything(self, service: str, query: str = "", **request: Any) -> Iterator[Any]:
        """All resources of a list, a page at a time."""
        token: str | None = None
        while True:
            found = self._page(service, query, MOST, token, **request)
            yield from resources(found, service)
            token = found.next_page_token
            if not token:
                return

    def _page(self, service: str, query: str, size: int, token: str | None, **request: Any) -> Any:
        told = {"filter": query, "max_results": min(size, MOST), "page_token": token}
        given = {name: value for name, value in told.items() if value}
        method = "aggregated_list" if service in ZONAL else "list"
        return self.call(service, method, **given, **request)


def resources(found: Any, service: str) -> list[Any]:
    """Of a page, from all zones. ProviderUnavailable: a zone did not answer, and what is there
    would be missing without a word."""
    if service not in ZONAL:
        return list(found.items)
    everywhere: list[Any] = []
    for scope in sorted(found.items):
        content = found.items[scope]
        if content.warning.code == "UNREACHABLE":
            raise ProviderUnavailable(f"Google could not reach {scope}.")
        everywhere += getattr(content, ZONAL[service])
    return everywhere
