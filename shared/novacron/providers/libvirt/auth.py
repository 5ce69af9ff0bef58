"""An account: one or more hosts, each a zone. Connections are made on first use."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import libvirt

from novacron.errors import InvalidSpec, NotFound, ProviderUnavailable
from novacron.providers.libvirt.nbd.pool import Connections

_HOST = re.compile(r"(?:([a-z0-9-]+)=)?([a-z]+(?:\+[a-z]+)?://\S*)")
ACCELERATORS = ("qemu", "kvm")


@dataclass
class Host:
    """``zone`` names it to callers. ``connection`` is made anew when the daemon went away."""

    zone: str
    uri: str
    pool_name: str
    nbd: Connections = field(default_factory=Connections, repr=False)
    """To the disks that are exported."""
    _connection: Any = field(default=None, repr=False)

    @property
    def connection(self) -> Any:
        """Raises ProviderUnavailable (nobody answers), AuthenticationFailed."""
        if self._connection is None or not self._connection.isAlive():
            self._connection = libvirt.open(self.uri)
        return self._connection

    def ask(self) -> Any:
        """The connection, after a word from the host: one that died is not noticed before."""
        try:
            self.connection.getLibVersion()
        except libvirt.libvirtError:
            self._connection = None
            self.connection.getLibVersion()
        return self.connection

    @property
    def pool(self) -> Any:
        return self.connection.storagePoolLookupByName(self.pool_name)

    @property
    def folder(self) -> str:
        """Of the pool's volumes."""
        document = ET.fromstring(self.pool.XMLDesc())  # noqa: S314 - libvirtd wrote it
        return document.findtext("target/path") or ""

    @property
    def is_local(self) -> bool:
        """Whether its files can be reached from here (https://libvirt.org/uri.html)."""
        parts = urlsplit(self.uri)
        return not parts.hostname and parts.scheme in ("qemu", "qemu+unix")


@dataclass(frozen=True)
class LibvirtAccount:
    region: str
    accelerator: str
    cpu_overcommit: float
    hosts: tuple[Host, ...]
    live_tls: bool = True
    """Whether what a live migration moves is encrypted between the hosts."""

    def host(self, zone: str) -> Host:
        for host in self.hosts:
            if host.zone == zone:
                return host
        raise NotFound(f"There is no host {zone!r}.")


def read_settings(settings: dict[str, str]) -> LibvirtAccount:
    """Settings: ``uri``: a libvirt URI, or several as ``zone=uri,zone=uri``; optional ``region``
    ("onprem"), ``pool`` ("novacron"), ``accelerator`` ("kvm" or "qemu"), ``cpu_overcommit``
    (4: virtual CPUs for each core, as OpenStack's placement has by default), ``live_tls`` ("yes";
    "no" where the hosts have no certificates and their network is trusted).

    InvalidSpec: ``field`` is ``settings.<name>``.
    """
    known = {"uri", "region", "pool", "accelerator", "cpu_overcommit", "live_tls"}
    for name in settings.keys() - known:
        raise InvalidSpec(f"libvirt has no setting {name!r}.", field=f"settings.{name}")
    pool = settings.get("pool", "novacron")
    accelerator = settings.get("accelerator", "kvm")
    if accelerator not in ACCELERATORS:
        raise InvalidSpec("It is qemu or kvm.", field="settings.accelerator")
    overcommit = settings.get("cpu_overcommit", "4")
    if not re.fullmatch(r"\d{1,3}(\.\d+)?", overcommit) or not float(overcommit):
        raise InvalidSpec("It is a number above 0.", field="settings.cpu_overcommit")
    if settings.get("live_tls", "yes") not in ("yes", "no"):
        raise InvalidSpec("It is yes or no.", field="settings.live_tls")
    return LibvirtAccount(
        region=settings.get("region", "onprem"),
        accelerator=accelerator,
        cpu_overcommit=float(overcommit),
        hosts=_hosts(settings.get("uri", ""), pool),
        live_tls=settings.get("live_tls", "yes") == "yes",
    )


def _hosts(text: str, pool: str) -> tuple[Host, ...]:
    hosts: list[Host] = []
    for index, part in enumerate(text.split(","), 1):
        found = _HOST.fullmatch(part.strip())
        if found is None:
            raise InvalidSpec(
                f"{part!r} is no libvirt URI.",
                field="settings.uri",
                remedy="Write qemu+ssh://user@host/system, or zone=uri,zone=uri.",
            )
        zone = found.group(1) or f"host-{index}"
        if zone in [host.zone for host in hosts]:
            raise InvalidSpec(f"Two hosts are {zone!r}.", field="settings.uri")
        hosts.append(Host(zone, found.group(2), pool))
    return tuple(hosts)


def reach(host: Host) -> Any:
    """The host's connection, asked once; ProviderUnavailable names the host, not its URI."""
    try:
        return host.ask()
    except libvirt.libvirtError as error:
        if error.get_error_code() in (libvirt.VIR_ERR_AUTH_FAILED, libvirt.VIR_ERR_AUTH_CANCELLED):
            raise
        detail = f"Host {host.zone} does not answer: {error.get_error_message()}"
        raise ProviderUnavailable(detail) from error
