"""On which host a new VM or volume is made, decided once for each.

The decision is noted on every host that answers. So a repeat of a create that was cut off goes to
the same host, and one whose host has gone down since is told so and never makes a second.
"""

from __future__ import annotations

from collections.abc import Callable

import libvirt

from novacron.errors import ProviderUnavailable
from novacron.models.base import Ownership
from novacron.providers.libvirt import records
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.base import LibvirtBase
from novacron.providers.libvirt.ownership import Owned, owned
from novacron.providers.libvirt.placement import Amount, Room

MIB = 1024**2
Choice = Callable[[list[Host], list[str]], Host]
"""From the hosts that answer and the zones that do not."""


class Sites(LibvirtBase):
    def site(self, made_id: str, spec: object, owner: Ownership, pick: Choice) -> Host:
        """Where to make ``made_id``. Raises ProviderUnavailable, and what ``pick`` raises."""
        zone = getattr(spec, "zone", None)
        if zone is not None or len(self.account.hosts) == 1:
            return pick(list(self.hosts(zone)), [])
        live, dead = self.answering()
        for host in live:
            note = records.read(host, _note(made_id))
            if note is not None:
                return self._noted(live, note)
        host = pick(live, dead)
        note = owned(spec, owner, extra={"zone": host.zone})
        for other in live:
            records.write(other, _note(made_id), note)
        return host

    def forget_site(self, made_id: str) -> None:
        """It has been removed. A note that stays on a host that is down says nothing untrue."""
        if len(self.account.hosts) > 1:
            for host in self.answering()[0]:
                records.remove(host, _note(made_id))

    def _noted(self, live: list[Host], note: Owned) -> Host:
        zone = note.extra["zone"]
        for host in live:
            if host.zone == zone:
                return host
        raise ProviderUnavailable(f"It was begun on {zone}, which does not answer.")


def room(overcommit: float, host: Host, refusal: str | None) -> Room:
    """What the host has. Memory is free when no VM was promised it and no process holds it."""
    connection = host.connection
    info = connection.getInfo()
    memory = connection.getMemoryStats(libvirt.VIR_NODE_MEMORY_STATS_ALL_CELLS)
    flags = libvirt.VIR_DOMAIN_STATS_VCPU | libvirt.VIR_DOMAIN_STATS_BALLOON
    running = connection.getAllDomainStats(flags, libvirt.VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE)
    vcpus = sum(stats.get("vcpu.current", 0) for _, stats in running)
    promised = sum(stats.get("balloon.maximum", 0) for _, stats in running) / 1024
    unheld = sum(memory.get(name, 0) for name in ("free", "buffers", "cached")) / 1024
    _, capacity, _, available = host.pool.info()
    return Room(
        zone=host.zone,
        total=Amount(info[2] * overcommit, info[1], capacity // MIB),
        free=Amount(
            info[2] * overcommit - vcpus,
            int(min(info[1] - promised, unheld)),
            available // MIB,
        ),
        refusal=refusal,
    )


def down(zone: str) -> Room:
    nothing = Amount(0, 0, 0)
    return Room(zone, nothing, nothing, "it does not answer")


def _note(made_id: str) -> str:
    return f"at-{made_id}"
