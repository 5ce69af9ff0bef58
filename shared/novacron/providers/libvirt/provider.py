"""The libvirt provider, put together."""

from __future__ import annotations

from typing import Self

from novacron.errors import InvalidSpec, NovaCronError
from novacron.models.account import Health, Identity, ProviderType
from novacron.providers.base import CloudProvider, OnlineVolumeResize
from novacron.providers.libvirt.auth import Host, reach, read_settings
from novacron.providers.libvirt.compute import LibvirtVms
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.exports import LibvirtExport
from novacron.providers.libvirt.fencing import LibvirtFencing
from novacron.providers.libvirt.guest import LibvirtGuests
from novacron.providers.libvirt.images import LibvirtImages
from novacron.providers.libvirt.imports import LibvirtImport
from novacron.providers.libvirt.live import LibvirtLiveMigration
from novacron.providers.libvirt.metrics import LibvirtMetrics
from novacron.providers.libvirt.networks import LibvirtNetworks
from novacron.providers.libvirt.quota import LibvirtQuota
from novacron.providers.libvirt.snapshots import LibvirtSnapshots
from novacron.providers.libvirt.volumes import LibvirtVolumes
from novacron.providers.pricing import CardPriced


class LibvirtProvider(
    CardPriced,
    LibvirtVms,
    LibvirtVolumes,
    LibvirtSnapshots,
    LibvirtImages,
    LibvirtNetworks,
    LibvirtQuota,
    LibvirtMetrics,
    LibvirtExport,
    LibvirtImport,
    LibvirtFencing,
    LibvirtLiveMigration,
    LibvirtGuests,
    CloudProvider,
    OnlineVolumeResize,
):
    """The hosts of one site."""

    type = ProviderType.LIBVIRT
    refusals = {
        "SpotVms": "a host of one's own has no spare capacity for sale",
        "CredentialRotation": "libvirt has no API for SSH keys and certificates of its clients",
        "DnsRecords": "a host serves no zones: name one of a cloud's account",
        "PublicAddresses": "a network of one's own reserves no public addresses",
        "LoadBalancers": "a host has no load balancer: name a pool of a cloud's account",
        "LoadBalancerList": "a host has no load balancer",
        "CapacityReservations": "a host's capacity is one's own, used or not",
        "Commitments": "nobody sells a commitment to one's own hosts",
        "SpotMarkets": "a host of one's own has no spare capacity for sale",
        "BillingSource": "nobody bills for one's own hosts: the rate card and the state history do",
    }

    @classmethod
    def endpoints(cls, settings: dict[str, str]) -> dict[str, list[str]]:
        """Every host's URI: one may name a program or a socket of ours, and all tenants' hosts
        take the same SSH keys."""
        return {"uri": [host.uri for host in read_settings(settings).hosts]}

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
        """Every host must answer: a new account with one wrong URI is refused."""
        up, down = self._look()
        return Health(healthy=not down, detail=_told(up, down))

    def health(self) -> Health:
        """Healthy while one host answers; ``detail`` names those that do and those that do not."""
        up, down = self._look()
        return Health(healthy=bool(up), detail=_told(up, down))

    def _look(self) -> tuple[list[str], dict[str, str]]:
        """Zones that answer, and zone -> what keeps the others from it."""
        up, down = [], {}
        for host in self.account.hosts:
            try:
                self._touch(host)
                up.append(host.zone)
            except NovaCronError as error:
                down[host.zone] = error.detail
        return up, down

    @translated
    def _touch(self, host: Host) -> None:
        reach(host)
        host.pool.info()


def _told(up: list[str], down: dict[str, str]) -> str:
    answering = f"hosts that answer: {', '.join(up) or 'none'}"
    return "; ".join([answering, *(f"{zone} does not: {why}" for zone, why in down.items())])
