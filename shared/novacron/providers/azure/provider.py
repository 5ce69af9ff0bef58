"""The Azure provider, put together."""

from __future__ import annotations

from typing import Self

from novacron.errors import AuthenticationFailed, NotFound, NovaCronError, PermissionDenied
from novacron.models.account import CostEstimate, Health, Identity, ProviderType
from novacron.models.vm import VmSpec
from novacron.providers.azure.addresses import AzureAddresses
from novacron.providers.azure.auth import read_settings
from novacron.providers.azure.balancer_list import AzureLoadBalancerList
from novacron.providers.azure.billing import AzureBilling
from novacron.providers.azure.capacity_reservations import AzureCapacityReservations
from novacron.providers.azure.commitments import AzureCommitments
from novacron.providers.azure.compute import AzureVms
from novacron.providers.azure.console import AzureConsole
from novacron.providers.azure.costs import estimate
from novacron.providers.azure.dns import AzureDns
from novacron.providers.azure.errors import translated
from novacron.providers.azure.guest import AzureGuests
from novacron.providers.azure.images import AzureImages
from novacron.providers.azure.load_balancers import AzureLoadBalancers
from novacron.providers.azure.metrics import AzureMetrics
from novacron.providers.azure.networks import AzureNetworks
from novacron.providers.azure.operations import AzureOperations
from novacron.providers.azure.quota import AzureQuota
from novacron.providers.azure.reserving import AzureReserving
from novacron.providers.azure.snapshots import AzureSnapshots
from novacron.providers.azure.spot_market import AzureSpotMarkets
from novacron.providers.azure.transfer_export import AzureExport
from novacron.providers.azure.transfer_import import AzureImport
from novacron.providers.azure.volumes import AzureVolumes
from novacron.providers.base import CloudProvider, OnlineVolumeResize, SpotVms

_GROUPS_API = "2021-04-01"


class AzureProvider(
    AzureExport,
    AzureImport,
    AzureOperations,
    AzureConsole,
    AzureVms,
    AzureVolumes,
    AzureSnapshots,
    AzureImages,
    AzureNetworks,
    AzureQuota,
    AzureMetrics,
    AzureBilling,
    AzureDns,
    AzureLoadBalancers,
    AzureLoadBalancerList,
    AzureGuests,
    AzureAddresses,
    AzureCapacityReservations,
    AzureCommitments,
    AzureReserving,
    AzureSpotMarkets,
    CloudProvider,
    SpotVms,
    OnlineVolumeResize,
):
    """One resource group of an Azure subscription, in the regions of its settings."""

    type = ProviderType.AZURE
    endpoint_settings = frozenset({"endpoint_url", "authority_url", "ca_file"})
    sdk = "azure.mgmt.compute"

    @classmethod
    def from_settings(cls, settings: dict[str, str], secret: dict[str, str]) -> Self:
        """Settings: ``subscription_id``, ``tenant_id``, ``client_id``, ``resource_group``,
        ``region``; optional ``regions`` (others, by comma), ``default_subnet`` (of VMs that name
        none), ``endpoint_url``, ``authority_url``, ``ca_file``, and those of ``AzureBilling``.
        Secret: ``client_secret``, or ``audience``, for which our own identity's tokens are made
        then."""
        return cls(read_settings(settings, secret))

    @translated
    def authenticate(self) -> Identity:
        """A token, and a look at the resource group with it."""
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        account = self.account
        url = f"{account.endpoint}{account.root}/resourceGroups/{account.resource_group}"
        request = HttpRequest("GET", url, params={"api-version": _GROUPS_API})
        answer = self.compute.send_request(request)
        if answer.status_code >= 400:
            raise HttpResponseError(response=answer)
        return Identity(
            type=self.type, account=account.subscription_id, principal=account.client_id
        )

    def validate_credentials(self) -> Health:
        try:
            identity = self.authenticate()
        except (AuthenticationFailed, PermissionDenied, NotFound) as error:
            return Health(healthy=False, detail=error.detail)
        return Health(healthy=True, detail=f"Azure knows us as {identity.principal}.")

    def health(self) -> Health:
        try:
            return self.validate_credentials()
        except NovaCronError as error:
            return Health(healthy=False, detail=error.detail)

    def estimate_cost(self, spec: VmSpec) -> CostEstimate:
        return estimate(spec)
