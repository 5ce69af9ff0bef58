"""The AWS provider, put together."""

from __future__ import annotations

from typing import Self

from novacron.errors import AuthenticationFailed, NovaCronError, PermissionDenied
from novacron.models.account import CostEstimate, Health, Identity, ProviderType
from novacron.models.vm import VmSpec
from novacron.providers.aws.addresses import AwsAddresses
from novacron.providers.aws.auth import read_settings
from novacron.providers.aws.balancer_list import AwsLoadBalancerList
from novacron.providers.aws.billing import AwsBilling
from novacron.providers.aws.capacity_reservations import AwsCapacityReservations
from novacron.providers.aws.commitments import AwsCommitments
from novacron.providers.aws.compute import AwsVms
from novacron.providers.aws.costs import estimate
from novacron.providers.aws.dns import AwsDns
from novacron.providers.aws.errors import translated
from novacron.providers.aws.exports import AwsExports
from novacron.providers.aws.guest import AwsGuests
from novacron.providers.aws.images import AwsImages
from novacron.providers.aws.imports import AwsImports
from novacron.providers.aws.load_balancers import AwsLoadBalancers
from novacron.providers.aws.metrics import AwsMetrics
from novacron.providers.aws.networks import AwsNetworks
from novacron.providers.aws.quota import AwsQuota
from novacron.providers.aws.reserving import AwsReserving
from novacron.providers.aws.rotation import AwsRotation
from novacron.providers.aws.snapshots import AwsSnapshots
from novacron.providers.aws.spot_market import AwsSpotMarkets
from novacron.providers.aws.volumes import AwsVolumes
from novacron.providers.base import CloudProvider, OnlineVolumeResize, SpotVms


class AwsProvider(
    AwsVms,
    AwsVolumes,
    AwsExports,
    AwsImports,
    AwsSnapshots,
    AwsImages,
    AwsNetworks,
    AwsQuota,
    AwsMetrics,
    AwsRotation,
    AwsBilling,
    AwsDns,
    AwsLoadBalancers,
    AwsLoadBalancerList,
    AwsCapacityReservations,
    AwsCommitments,
    AwsReserving,
    AwsSpotMarkets,
    AwsGuests,
    AwsAddresses,
    CloudProvider,
    SpotVms,
    OnlineVolumeResize,
):
    """One AWS account, in the regions of its settings."""

    type = ProviderType.AWS
    endpoint_settings = frozenset({"endpoint_url"})
    refusals = {
        "Fencing": "EC2 can stop an instance, but not pause it",
        "LiveMigration": "EC2 has no API that moves a running instance",
    }

    @classmethod
    def from_settings(cls, settings: dict[str, str], secret: dict[str, str]) -> Self:
        """Settings: ``region``; optional ``regions`` (others, by comma), ``role_arn``,
        ``endpoint_url``, ``encrypt`` ("true": all volumes, "false": none), and those of
        ``AwsBilling``. Secret, all optional: ``access_key_id`` with ``secret_access_key``,
        ``external_id`` (for the role). Without keys the environment's are taken: a function's own
        role."""
        return cls(read_settings(settings, secret))

    @translated
    def authenticate(self) -> Identity:
        answer = self.client("sts", self.account.region).get_caller_identity()
        return Identity(type=self.type, account=answer["Account"], principal=answer["Arn"])

    def validate_credentials(self) -> Health:
        try:
            identity = self.authenticate()
        except (AuthenticationFailed, PermissionDenied) as error:
            return Health(healthy=False, detail=error.detail)
        return Health(healthy=True, detail=f"AWS knows us as {identity.principal}.")

    def health(self) -> Health:
        try:
            return self.validate_credentials()
        except NovaCronError as error:
            return Health(healthy=False, detail=error.detail)

    def estimate_cost(self, spec: VmSpec) -> CostEstimate:
        return estimate(spec)
