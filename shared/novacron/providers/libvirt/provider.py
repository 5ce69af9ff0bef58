"""The libvirt provider, put together."""

from __future__ import annotations

from typing import Any, Self

from novacron.errors import InvalidSpec, NovaCronError, Unsupported
from novacron.models.account import CostEstimate, Health, Identity, ProviderType
from novacron.models.vm import VmSpec
from novacron.providers.base import CloudProvider, OnlineVolumeResize
from novacron.providers.libvirt.auth import read_settings
from novacron.providers.libvirt.compute import LibvirtVms
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.images import LibvirtImages
from novacron.providers.libvirt.metrics import LibvirtMetrics
from novacron.providers.libvirt.networks import LibvirtNetworks
from novacron.providers.libvirt.quota import LibvirtQuota
from novacron.providers.libvirt.snapshots import LibvirtSnapshots
from novacron.providers.libvirt.volumes import LibvirtVolumes


class LibvirtProvider(
    LibvirtVms,
    LibvirtVolumes,
    LibvirtSnapshots,
    LibvirtImages,
    LibvirtNetworks,
    LibvirtQuota,
    LibvirtMetrics,
    CloudProvider,
    OnlineVolumeResize,
):
    """The hosts of one site."""

    type = ProviderType.LIBVIRT
    refusals = {
        "SpotVms": "a host of one's own has no spare capacity for sale",
        "CredentialRotation": "libvirt has no API for SSH keys and certificates of its clients",
    }

    @classmethod
    def from_settings(cls, settings: dict[str, str], secret: dict[str, str]) -> Self:
        """Settings as in ``auth.read_settings``; keys for SSH and TLS are the machine's own."""
        if secret:
            name = next(iter(secret))
            raise InvalidSpec("libvirt takes no secret here.", field=f"secret.{name}")
        return cls(read_settings(settings))

    @translated
    def authenticate(self) -> Identity:
        host = next(self.hosts())
        return Identity(
            type=self.type,
            account=host.connection.getHostname(),
            principal=host.connection.getURI(),
        )

    def validate_credentials(self) -> Health:
        return self.health()

    def health(self) -> Health:
        try:
            zones = [host.zone for host in self._answering()]
        except NovaCronError as error:
            return Health(healthy=False, detail=error.detail)
        return Health(healthy=True, detail=f"hosts that answer: {', '.join(zones)}")

    @translated
    def _answering(self) -> list[Any]:
        found = list(self.hosts())
        for host in found:
            host.pool.info()
        return found

    def estimate_cost(self, spec: VmSpec) -> CostEstimate:
        raise Unsupported(f"There is no rate card for {spec.region} yet.", field="region")
