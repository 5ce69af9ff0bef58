"""virDomainState to our states, all of them (https://libvirt.org/html/libvirt-libvirt-domain.html)."""

from __future__ import annotations

import libvirt

from novacron.models.vm import VmState

STATES: dict[int, tuple[VmState, bool]] = {
    # state, and whether the VM takes CPU and memory of the host: what is metered as compute
    libvirt.VIR_DOMAIN_NOSTATE: (VmState.PENDING, True),
    libvirt.VIR_DOMAIN_RUNNING: (VmState.RUNNING, True),
    libvirt.VIR_DOMAIN_BLOCKED: (VmState.RUNNING, True),
    libvirt.VIR_DOMAIN_PAUSED: (VmState.SUSPENDED, True),
    libvirt.VIR_DOMAIN_SHUTDOWN: (VmState.STOPPING, True),
    libvirt.VIR_DOMAIN_SHUTOFF: (VmState.STOPPED, False),
    libvirt.VIR_DOMAIN_CRASHED: (VmState.ERROR, False),
    libvirt.VIR_DOMAIN_PMSUSPENDED: (VmState.SUSPENDED, True),
}


def state_of(native: int, started: bool) -> tuple[VmState, bool]:
    """A domain that is defined but was never started is still being made. KeyError: unknown."""
    if not started and native == libvirt.VIR_DOMAIN_SHUTOFF:
        return VmState.PENDING, True
    return STATES[native]
