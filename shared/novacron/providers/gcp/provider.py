"""The Google Cloud provider, put together."""

from __future__ import annotations

from typing import Self

from novacron.errors import AuthenticationFailed, NovaCronError, PermissionDenied
from novacron.models.account import CostEstimate, Health, Identity, ProviderType
from novacron.models.vm import VmSpec
from novacron.providers.base import CloudProvider, OnlineVolumeResize, SpotVms
from novacron.providers.gcp.addresses import GcpAddresses
from novacron.providers.gcp.auth import URLS, read_settings
from novacron.providers.gcp.balancer_list import GcpLoadBalancerList
from novacron.providers.gcp.billing import GcpBilling
from novacron.providers.gcp.capacity_reservations import GcpCapacityReservations
from novacron.providers.gcp.commitments import GcpCommitments
from novacron.providers.gcp.committing import GcpCommitting
from novacron.providers.gcp.costs import estimate
from novacron.providers.gcp.dns import GcpDns
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.exports import GcpExport
from novacron.providers.gcp.images import GcpImages
from novacron.providers.gcp.imports import GcpImport
from novacron.providers.gcp.load_balancers import GcpLoadBalancers
from novacron.providers.gcp.metrics import GcpMetrics
from novacron.providers.gcp.networks import GcpNetworks
from novacron.providers.gcp.quota import GcpQuota
from novacron.providers.gcp.snapshots import GcpSnapshots
from novacron.providers.gcp.spot_market import GcpSpotMarkets


class GcpProvider(
    GcpExport,
    GcpImport,
    GcpSnapshots,
    GcpImages,
    GcpNetworks,
    GcpQuota,
    GcpMetrics,
    GcpBilling,
    GcpDns,
    GcpAddresses,
    GcpLoadBalancers,
    GcpLoadBalancerList,
    GcpCapacityReservations,
    GcpCommitments,
    GcpCommitting,
    GcpSpotMarkets,
    CloudProvider,
    SpotVms,
    OnlineVolumeResize,
):
    """One Google Cloud project, in the regions of its settings. Its VMs and volumes come
    with ``GcpExport`` and ``GcpImport``, which are made of them."""

    type = ProviderType.GCP
    endpoint_settings = frozenset(URLS)
    sdk = "google.cloud.compute_v1"
    # https://cloud.google.com/compute/docs/instances/suspend-resume-instance
    refusals = {
        "Fencing": "a suspend asks the guest, and writes its memory out: it is not at once",
        "LiveMigration": "Google moves VMs between its own hosts, and takes none in",
        "GuestCommands": "Google runs a script at a boot; at another time it takes a login",
    }

    @classmethod
    def from_settings(cls, settings: dict[str, str], secret: dict[str, str]) -> Self:
        """Settings: ``project``, ``region``; optional ``regions`` (others, by comma),
        ``workload_identity_provider`` ("projects/<number>/locations/global/...") with or without
        ``service_account`` (whom to impersonate), ``endpoint_url``, ``monitoring_url``,
        ``dns_url``, ``bigquery_url``, ``token_uri``, ``sts_url``, ``iam_credentials_url``, and
        those of ``GcpBilling``. Secret:
        ``service_account_key`` (the key file's JSON), or ``audience``, for which our own
        identity's tokens are made."""
        return cls(read_settings(settings, secret))

    @translated
    def authenticate(self) -> Identity:
        self.call("regions", "get", region=self.account.region)
        principal = getattr(self.credentials, "service_account_email", None)
        return Identity(
            type=self.type,
            account=self.account.project,
            principal=principal or str(self.account.pool),
        )

    def validate_credentials(self) -> Health:
        try:
            identity = self.authenticate()
        except (AuthenticationFailed, PermissionDenied) as error:
            return Health(healthy=False, detail=error.detail)
        return Health(healthy=True, detail=f"Google knows us as {identity.principal}.")

    def health(self) -> Health:
        try:
            return self.validate_credentials()
        except NovaCronError as error:
            return Health(healthy=False, detail=error.detail)

    def estimate_cost(self, spec: VmSpec) -> CostEstimate:
        return estimate(spec)
