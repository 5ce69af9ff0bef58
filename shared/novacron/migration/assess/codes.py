"""Every code that an assessment can give, and what it means."""

from __future__ import annotations

from novacron.models.assessment import Check, Severity

MEANINGS: dict[str, str] = {
    "source.unreachable": "The source's provider does not answer, or refuses what was asked.",
    "source.state": "The VM is in a state in which it cannot be moved, or need not run.",
    "source.busy": "Another operation is running on the VM.",
    "source.export": "Disks cannot be read from the source's provider.",
    "source.spot": "The VM is a spot VM: it can be taken away during the copy.",
    "target.unreachable": "The target's provider does not answer, or refuses what was asked.",
    "target.import": "Disks cannot be written to the target's provider.",
    "place.same": "The VM is there already.",
    "place.region": "The target does not know the region.",
    "place.zone": "No zone of the region can have that name.",
    "name.invalid": "The VM's name is not allowed at the target.",
    "name.taken": "A VM of that name is there already.",
    "disk.unknown": "The VM's disks cannot be seen.",
    "disk.size": "A disk is larger than the target's disks can be.",
    "disk.class": "A disk arrives in another class than it has.",
    "boot.mode": "The target cannot boot in that mode, or not on that architecture.",
    "boot.differs": "The source's image boots in another mode than was asked for.",
    "boot.unseen": "How the source boots cannot be seen from outside.",
    "arch.unsupported": "The VM's architecture cannot be had at the target.",
    "gpu.missing": "The VM has GPUs, and its target would have none.",
    "size.unknown": "The VM's size is not known, or the type asked for is not in the catalog.",
    "size.unmapped": "The target has no instance type that holds the VM.",
    "size.smaller": "The target is smaller than the source.",
    "quota.exceeded": "The target's account would go over a limit of its provider.",
    "quota.unknown": "The target's limits could not be read.",
    "image.licence": "The guest's licence is part of the source's price, and stays behind.",
    "image.windows": "The guest is Windows, which is not converted here.",
    "image.unknown": "The guest's image, and so its licence, is not known.",
    "guest.channel": "Nothing can be run in the guest from outside: it is to be prepared by hand.",
    "guest.agent": "The guest's agent does not answer, and so the guest would not be prepared.",
    "network.unspecified": "No subnet was named: the provider's default is taken.",
    "network.subnet": "The target's account has no such subnet.",
    "network.firewall": "The target's account has no such firewall.",
    "network.zone": "The subnet is in another zone than the VM is to be.",
    "network.address": "The private address is not one of the subnet, or is kept from VMs.",
    "network.renumbered": "The VM gets other addresses than it has.",
    "names.unknown": "A name that is to follow the VM cannot be looked up or switched.",
    "names.ttl": "Resolvers keep the old answer for longer than the downtime that was asked for.",
    "price.unknown": "What the source or the target costs by the hour is not known.",
    "sovereignty.forbidden": "A rule of the tenant forbids it.",
}


def finding(code: str, severity: Severity, detail: str, remedy: str | None = None) -> Check:
    """Raises KeyError: a code without a meaning."""
    MEANINGS[code]
    return Check(code=code, severity=severity, detail=detail, remedy=remedy)


def blocker(code: str, detail: str, remedy: str | None = None) -> Check:
    return finding(code, Severity.BLOCKER, detail, remedy)


def warning(code: str, detail: str, remedy: str | None = None) -> Check:
    return finding(code, Severity.WARNING, detail, remedy)


def info(code: str, detail: str, remedy: str | None = None) -> Check:
    return finding(code, Severity.INFO, detail, remedy)
