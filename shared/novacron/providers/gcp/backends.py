"""What lies between a forwarding rule and what answers: proxies, URL maps, backend services, pools.
https://cloud.google.com/load-balancing/docs/backend-service
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from novacron.errors import NotFound
from novacron.providers.gcp.errors import translated

_PART = re.compile(
    r".*?/?projects/(?P<project>[^/]+)/(?:global|(?P<scope>region|zone)s/(?P<place>[^/]+))/"
    r"(?P<kind>\w+)/(?P<name>[^/]+)"
)
COUNTED = ("GCE_VM_IP", "GCE_VM_IP_PORT", "GCE_VM_IP_PORTMAP", "NON_GCP_PRIVATE_IP_PORT")
"""Network endpoint groups whose members are registered one by one; behind the others are services,
names of the internet or Google's APIs: https://cloud.google.com/load-balancing/docs/negs"""


def _services(url_map: Any) -> Iterator[str]:
    """Where requests may go: backend services and buckets."""
    for one in (url_map, *url_map.path_matchers):
        yield one.default_service
        yield from _weighted(one.default_route_action)
    for one in _rules(url_map):
        yield one.service
        yield from _weighted(one.route_action)


def _weighted(action: Any) -> Iterator[str]:
    return (one.backend_service for one in action.weighted_backend_services)


def _redirects(url_map: Any) -> bool:
    """Whether it answers something by itself."""
    defaults = (url_map, *url_map.path_matchers)
    return any("default_url_redirect" in one for one in defaults) or any(
        "url_redirect" in one for one in _rules(url_map)
    )


def _rules(url_map: Any) -> Iterator[Any]:
    for one in url_map.path_matchers:
        yield from one.path_rules
        yield from one.route_rules


LEADS: dict[str, Callable[[Any], Iterable[str]]] = {
    "targetHttpProxies": lambda one: [one.url_map],
    "targetHttpsProxies": lambda one: [one.url_map],
    "targetTcpProxies": lambda one: [one.service],
    "targetSslProxies": lambda one: [one.service],
    "urlMaps": _services,
    "backendServices": lambda one: [backend.group for backend in one.backends],
    "targetPools": lambda one: [*one.instances, one.backup_pool],
    "targetInstances": lambda one: [one.instance],
}
"""Parts of load balancers -> the URLs of what they lead to, "" for nothing."""
HOLDS: dict[str, Callable[[Any], bool]] = {
    "urlMaps": _redirects,
    "instanceGroups": lambda one: one.size > 0,
    "networkEndpointGroups": lambda one: one.network_endpoint_type not in COUNTED or one.size > 0,
    "instances": lambda _: True,
}
"""Parts -> whether something is there that answers."""


class Backends:
    """Of one look, in which each part is read once. ``call`` as ``GcpBase.call``."""

    def __init__(self, call: Callable[..., Any], project: str) -> None:
        self._call = call
        self._project = project
        self._there: dict[str, bool] = {}

    def there(self, link: str) -> bool:
        """Whether anything is behind the part with this URL. What is gone has nothing behind it;
        what is another project's, or of a kind that has no members, counts as something."""
        if link not in self._there:
            self._there[link] = False  # two pools may back each other up
            self._there[link] = self._look(link)
        return self._there[link]

    def _look(self, link: str) -> bool:
        part = _PART.fullmatch(link)
        if part is None or part["project"] != self._project:
            return True
        kind = part["kind"]
        if kind not in LEADS | HOLDS or (kind, part["scope"]) == ("networkEndpointGroups", None):
            return True  # a global group is of the internet
        try:
            native = self._read(part)
        except NotFound:
            return False
        if kind in HOLDS and HOLDS[kind](native):
            return True
        further = LEADS[kind](native) if kind in LEADS else ()
        return any(self.there(one) for one in further if one)

    @translated
    def _read(self, part: re.Match[str]) -> Any:
        kind, scope = part["kind"], part["scope"]
        service = re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", kind)
        one = re.sub("(ie)?s$", lambda end: "y" if end[1] else "", service)
        regional = scope == "region" and kind != "targetPools"  # these are nowhere else
        told = {**({scope: part["place"]} if scope else {}), one: part["name"]}
        return self._call(f"region_{service}" if regional else service, "get", **told)
