"""What all operations share: clients by region, ids that know their region, the rate limiter."""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any

from novacron.errors import InvalidSpec, NotFound
from novacron.providers.aws.auth import AwsAccount, make_session

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_ec2 import EC2Client

_FAMILIES = {"ebs": "blocks", "cost-explorer": "cost-explorer"}
_READS = ("Describe", "Get", "List")
_NATIVE_ID = re.compile(r"[a-z]+-[0-9a-f]{8,17}")


class AwsBase:
    limiter: Callable[[str], None] | None = None

    def __init__(self, account: AwsAccount) -> None:
        self.account = account
        self._session: boto3.Session | None = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = Lock()  # sessions may not make clients in two threads at once

    def client(self, service: str, region: str) -> Any:
        """The one client of this service and region. InvalidSpec: not one of our regions."""
        if region not in self.account.regions:
            raise InvalidSpec(
                f"This account is used in {', '.join(self.account.regions)}, not in {region!r}.",
                field="region",
                remedy="Add the region to the account's setting 'regions'.",
            )
        return self.home(service, region)

    def home(self, service: str, region: str) -> Any:
        """The client of a service that has one endpoint for all regions, in that one."""
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._connect(service, region)
            return self._clients[service, region]

    def session(self) -> boto3.Session:
        if self._session is None:
            self._session = make_session(self.account)
        return self._session

    def ec2(self, region: str) -> EC2Client:
        client: EC2Client = self.client("ec2", region)
        return client

    def locate(self, resource_id: str) -> tuple[str, str]:
        """(region, EC2's id) of one of our ids: "i-1..." at home, "eu-west-1/i-1..." elsewhere.

        NotFound for what is no id at all, so that it never reaches AWS.
        """
        region, _, native = resource_id.rpartition("/")
        region = region or self.account.region
        if region not in self.account.regions or not _NATIVE_ID.fullmatch(native):
            raise NotFound(f"There is no {resource_id!r} in this account.")
        return region, native

    def regions_of(self, region: str | None) -> tuple[str, ...]:
        """The regions that a list walks. InvalidSpec for one that is not ours."""
        if region is None:
            return self.account.regions
        self.client("ec2", region)
        return (region,)

    def public_id(self, region: str, native: str) -> str:
        return native if region == self.account.region else f"{region}/{native}"

    def here(self, resource_id: str, region: str, field: str) -> str:
        """EC2's id of what a request for ``region`` names. InvalidSpec when it is elsewhere."""
        try:
            found, native = self.locate(resource_id)
        except NotFound as error:
            raise InvalidSpec(error.detail, field=field) from error
        if found != region:
            raise InvalidSpec(f"{resource_id!r} is not in {region}.", field=field)
        return native

    def _connect(self, service: str, region: str) -> Any:
        client = self.session().client(
            service,  # type: ignore[call-overload]
            region_name=region,
            endpoint_url=self.account.endpoint_url,
            config=self.account.config(),
        )
        client.meta.events.register("before-send", self._limit)
        return client

    def _limit(self, event_name: str, **_: object) -> None:
        if self.limiter is not None:
            service, operation = event_name.split(".")[1:]
            api = "read" if operation.startswith(_READS) else "write"
            self.limiter(_FAMILIES.get(service, api))
