"""What all operations share: clients, names, single looks, and changes that are not waited for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from novacron.errors import InvalidSpec, NotFound
from novacron.providers.azure.auth import AzureAccount, make_credential
from novacron.providers.azure.ownership import Json

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.core.pipeline.policies import CustomHookPolicy, SansIOHTTPPolicy
    from azure.core.rest import HttpResponse
    from azure.mgmt.compute import ComputeManagementClient
    from azure.mgmt.core import ARMPipelineClient
    from azure.mgmt.monitor import MonitorManagementClient
    from azure.mgmt.network import NetworkManagementClient

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,79}", re.ASCII)
_SUBNET = re.compile(r"([A-Za-z0-9][\w.-]{1,63})/([A-Za-z0-9][\w.-]{0,79})", re.ASCII)
COMPUTE, NETWORK = "Microsoft.Compute", "Microsoft.Network"


class Begun(NamedTuple):
    """An accepted change: the resource as it is now, and the URL that tells how it goes."""

    native: Json
    operation: str | None


class AzureBase:
    limiter: Callable[[str], None] | None = None

    def __init__(self, account: AzureAccount) -> None:
        self.account = account
        self._clients: dict[str, Any] = {}
        self._credential: TokenCredential | None = None
        self._lock = Lock()

    @property
    def compute(self) -> ComputeManagementClient:
        def make(credential: TokenCredential, told: dict[str, Any]) -> ComputeManagementClient:
            from azure.mgmt.compute import ComputeManagementClient

            return ComputeManagementClient(credential, self.account.subscription_id, **told)

        client: ComputeManagementClient = self._client(COMPUTE, make)
        return client

    @property
    def network(self) -> NetworkManagementClient:
        def make(credential: TokenCredential, told: dict[str, Any]) -> NetworkManagementClient:
            from azure.mgmt.network import NetworkManagementClient

            return NetworkManagementClient(credential, self.account.subscription_id, **told)

        client: NetworkManagementClient = self._client(NETWORK, make)
        return client

    @property
    def monitor(self) -> MonitorManagementClient:
        def make(credential: TokenCredential, told: dict[str, Any]) -> MonitorManagementClient:
            from azure.mgmt.monitor import MonitorManagementClient

            return MonitorManagementClient(credential, self.account.subscription_id, **told)

        client: MonitorManagementClient = self._client("Microsoft.Insights", make)
        return client

    @property
    def arm(self) -> ARMPipelineClient[Any, Any]:
        """For what no SDK of ours knows."""

        def make(_credential: object, told: dict[str, Any]) -> ARMPipelineClient[Any, Any]:
            from azure.mgmt.core import ARMPipelineClient

            return ARMPipelineClient(**told)

        client: ARMPipelineClient[Any, Any] = self._client("arm", make)
        return client

    def credential(self) -> TokenCredential:
        if self._credential is None:
            self._credential = make_credential(self.account)
        return self._credential

    def _client(self, name: str, make: Callable[[Any, dict[str, Any]], Any]) -> Any:
        with self._lock:
            if name not in self._clients:
                credential = self.credential()
                told = {
                    "base_url": self.account.endpoint,
                    "policies": self._policies(credential),
                    **self.account.transport(),
                }
                self._clients[name] = make(credential, told)
            return self._clients[name]

    def _policies(self, credential: TokenCredential) -> list[SansIOHTTPPolicy[Any, Any] | Any]:
        """The SDK's own list without what sleeps (retries, the registration of providers) or
        takes the token elsewhere (redirects), and with our limiter last."""
        from azure.core.pipeline import policies
        from azure.mgmt.core.policies import ARMChallengeAuthenticationPolicy

        return [
            policies.RequestIdPolicy(),
            policies.HeadersPolicy(),
            policies.UserAgentPolicy("novacron"),
            policies.ContentDecodePolicy(),
            ARMChallengeAuthenticationPolicy(credential, f"{self.account.endpoint}/.default"),
            self.limit_policy(),
        ]

    def limit_policy(self) -> CustomHookPolicy[Any, Any]:
        from azure.core.pipeline.policies import CustomHookPolicy

        def limit(request: Any) -> None:
            if self.limiter is not None:
                self.limiter("read" if request.http_request.method == "GET" else "write")

        return CustomHookPolicy(raw_request_hook=limit)

    # Names and ids.

    def named(self, resource_id: str) -> str:
        """The ARM name that one of our ids is. NotFound for what can be none."""
        if not _NAME.fullmatch(resource_id):
            raise NotFound(f"There is no {resource_id!r} in this account.")
        return resource_id

    def arm_id(self, provider: str, kind: str, name: str) -> str:
        group = f"{self.account.root}/resourceGroups/{self.account.resource_group}"
        return f"{group}/providers/{provider}/{kind}/{name}"

    def subnet_arm_id(self, subnet_id: str, field: str) -> str:
        """ARM's id of "<network>/<subnet>". InvalidSpec for what is no such id."""
        match = _SUBNET.fullmatch(subnet_id)
        if match is None:
            raise InvalidSpec(f"{subnet_id!r} is not <network>/<subnet>.", field=field)
        return f"{self.arm_id(NETWORK, 'virtualNetworks', match[1])}/subnets/{match[2]}"

    def reference(self, provider: str, kind: str, resource_id: str, field: str) -> Json:
        """ARM's reference to what a request names. InvalidSpec for what can be no id."""
        if not _NAME.fullmatch(resource_id):
            raise InvalidSpec(f"There is no {resource_id!r} in this account.", field=field)
        return {"id": self.arm_id(provider, kind, resource_id)}

    def place(self, provider: str, kind: str) -> str:
        """The URL of a list of our resource group."""
        return self.account.endpoint + self.arm_id(provider, kind, "").rstrip("/")

    def here(self, region: str) -> str:
        """InvalidSpec for a region that is not one of ours."""
        if region not in self.account.regions:
            raise InvalidSpec(
                f"This account is used in {', '.join(self.account.regions)}, not in {region!r}.",
                field="region",
                remedy="Add the region to the account's setting 'regions'.",
            )
        return region

    # Calls.

    def get_native(self, get: Callable[..., Any], *name: str, **told: Any) -> Json:
        """What GET gives, as it came."""
        answer: Json = get(self.account.resource_group, *name, cls=_body, **told)
        return answer

    def find_native(self, get: Callable[..., Any], *name: str, **told: Any) -> Json | None:
        """None when there is none of that name."""
        from azure.core.exceptions import ResourceNotFoundError

        try:
            return self.get_native(get, *name, **told)
        except ResourceNotFoundError:
            return None

    def begin(self, start: Callable[..., Any], *told: Any, **more: Any) -> Begun:
        """Start a change and take what its first answer says. Nothing is polled."""
        answers: list[Any] = []
        hook = {"raw_response_hook": answers.append}
        start(self.account.resource_group, *told, polling=False, **hook, **more)
        # Not the poller's result: the SDK makes a model of it, and a 202 may have no body.
        answer: HttpResponse = answers[-1].http_response
        native = answer.json() if answer.content else {}
        return Begun(native, _operation(answer.headers))

    def list_page(
        self, lister: Callable[..., Any], **told: Any
    ) -> Callable[[str | None], tuple[list[Json], str | None]]:
        """A fetch for ``page_of``: one page of the group's list."""

        def fetch(link: str | None) -> tuple[list[Json], str | None]:
            answers: list[Any] = []
            hook = {"raw_response_hook": answers.append}
            listed = lister(self.account.resource_group, **hook, **told)
            pages = listed.by_page(continuation_token=link)
            if next(pages, None) is None:
                return [], None
            # As it came: to make models and take them apart again doubles the time.
            return answers[-1].http_response.json()["value"], pages.continuation_token

        return fetch


def _body(response: Any, _model: object, _headers: object) -> Any:
    return response.http_response.json()


def _operation(headers: Mapping[str, str]) -> str | None:
    """https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/async-operations"""
    return headers.get("Azure-AsyncOperation") or headers.get("Location")
