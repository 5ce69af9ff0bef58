"""What all parts share: clients, the one way to call them, ids and links."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, NamedTuple

from novacron.errors import AuthenticationFailed, InvalidSpec, NotFound
from novacron.models.base import Name
from novacron.providers.gcp.auth import GcpAccount, make_credentials

TIMEOUT = 20
"""Seconds for a call, and for a token: the libraries' 120 would outlast a function."""
_READS = ("get", "list", "aggregated", "capacity")
_NAME = re.compile(r"[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?")
_ZONE = re.compile(r"([a-z]+-[a-z]+\d+)-[a-z]")


class Place(NamedTuple):
    """Where a zonal resource is, by names."""

    zone: str
    name: str

    @property
    def region(self) -> str:
        return self.zone.rpartition("-")[0]

    @property
    def id(self) -> str:
        return f"{self.zone}/{self.name}"


class GcpBase:
    limiter: Callable[[str], None] | None = None

    def __init__(self, account: GcpAccount) -> None:
        self.account = account
        self._credentials: Any = None
        self._clients: dict[str, Any] = {}
        self._lock = Lock()

    def call(self, service: str, method: str, **request: Any) -> Any:
        """One request to the project: what ``<Service>Client.<method>`` answers. A list gives its
        first page. The SDK neither retries nor waits; whoever called us does."""
        called = getattr(self._client(service), method)
        self.limit("read" if method.startswith(_READS) else "write")
        told = {"project": self.account.project, **request}
        try:
            return called(request=told, retry=None, timeout=TIMEOUT)
        except Exception as error:
            # Of an id it is not found; of a create it is the request's field.
            if "Unknown zone" in str(error) and not method.startswith("insert"):
                raise NotFound(f"There is no zone {request.get('zone')!r}.") from error
            raise

    def limit(self, family: str) -> None:
        if self.limiter is not None:
            self.limiter(family)

    @property
    def credentials(self) -> Any:
        """Made on the first use. Raises AuthenticationFailed for a key that cannot be read."""
        if self._credentials is None:
            try:
                self._credentials = make_credentials(self.account)
            except ValueError as error:
                raise AuthenticationFailed(
                    "The service account's key cannot be read.",
                ) from error
        return self._credentials

    def locate(self, resource_id: str) -> Place:
        """Zone and name of a VM's or volume's id. NotFound for what is no id of ours."""
        zone, _, name = resource_id.partition("/")
        match = _ZONE.fullmatch(zone)
        if match is None or match[1] not in self.account.regions or not _NAME.fullmatch(name):
            raise NotFound(f"There is no {resource_id!r} in this account.")
        return Place(zone, name)

    def named(self, resource_id: str) -> Name:
        """The name of a global resource. NotFound for what cannot be one."""
        if not _NAME.fullmatch(resource_id):
            raise NotFound(f"There is no {resource_id!r} in this account.")
        return resource_id

    def check_region(self, region: str) -> None:
        """InvalidSpec for a region that is not the account's."""
        if region not in self.account.regions:
            raise InvalidSpec(
                f"This account is used in {', '.join(self.account.regions)}, not in {region!r}.",
                field="region",
                remedy="Add the region to the account's setting 'regions'.",
            )

    def zone_in(self, region: str, zone: str | None) -> str:
        """``zone``, or the region's first that is up. InvalidSpec: not of the region."""
        self.check_region(region)
        if zone is None:
            found = self.call("zones", "list", filter='status = "UP"', max_results=500)
            of_region = [one.name for one in found.items if one.name.startswith(f"{region}-")]
            if not of_region:
                raise InvalidSpec(f"{region} has no zone that is up.", field="region")
            return str(min(of_region))
        match = _ZONE.fullmatch(zone)
        if match is None or match[1] != region:
            raise InvalidSpec(f"{zone!r} is no zone of {region}.", field="zone")
        return zone

    def regions_of(self, region: str | None) -> tuple[str, ...]:
        """The regions that a list shows. InvalidSpec for one that is not ours."""
        if region is None:
            return self.account.regions
        self.check_region(region)
        return (region,)

    def region_of(self, locations: Sequence[str]) -> str:
        """Of a global resource by where it is stored: that region of ours, or the home region."""
        return next((one for one in locations if one in self.account.regions), self.account.region)

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                from novacron.providers.gcp.sdk import client_class

                endpoint = self.account.endpoint_url
                options = {"api_endpoint": endpoint} if endpoint else None
                self._clients[service] = client_class(service)(
                    credentials=self.credentials, client_options=options
                )
            return self._clients[service]


def last(link: str) -> str:
    """The name at the end of a URL; "" of ""."""
    return link.rpartition("/")[2]


def place_of(link: str) -> Place:
    """Of a zonal resource's URL: ".../zones/<zone>/<collection>/<name>"."""
    zone, _, name = link.split("/")[-3:]
    return Place(zone, name)
