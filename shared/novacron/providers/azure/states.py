"""Azure's states as ours, and what is charged in each. Total, and loud on what is not in it."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

from novacron.errors import ProviderUnavailable
from novacron.models.image import ImageState
from novacron.models.vm import VmState
from novacron.models.volume import SnapshotState, VolumeState

T = TypeVar("T")


class Meaning(NamedTuple):
    state: VmState
    bills_compute: bool


POWER: dict[str, Meaning] = {
    # Azure's meter starts with "running"; ours with the request, so that nothing that is about
    # to cost is shown as free.
    "starting": Meaning(VmState.PENDING, True),
    "running": Meaning(VmState.RUNNING, True),
    "stopping": Meaning(VmState.STOPPING, True),
    # Shut down but still placed: it bills as if it ran, until it is deallocated.
    "stopped": Meaning(VmState.STOPPED, True),
    "deallocating": Meaning(VmState.STOPPING, True),
    "deallocated": Meaning(VmState.STOPPED, False),
    "hibernating": Meaning(VmState.STOPPING, True),
    "hibernated": Meaning(VmState.SUSPENDED, False),
    "unknown": Meaning(VmState.ERROR, True),
}
"""https://learn.microsoft.com/en-us/azure/virtual-machines/states-billing
Disks and public addresses are charged in every state until they are deleted."""

# When there is no power state, or the resource itself is on its way. None: the power state says.
PROVISIONING: dict[str, Meaning | None] = {
    "Creating": Meaning(VmState.PENDING, True),
    "Updating": None,
    "Succeeded": None,
    "Migrating": None,
    # A change failed; the VM itself may run on.
    "Failed": None,
    "Canceled": None,
    # Bills until it is gone if it ran, but it is not for long and cannot be stopped.
    "Deleting": Meaning(VmState.DELETING, True),
}
"""https://learn.microsoft.com/en-us/azure/virtual-machines/states-billing#provisioning-states"""
_NEVER_PLACED: dict[str, Meaning] = {
    "Failed": Meaning(VmState.ERROR, False),
    "Canceled": Meaning(VmState.ERROR, False),
}
_ON_ITS_WAY = Meaning(VmState.PENDING, True)

GONE = frozenset({VmState.DELETING, VmState.DELETED})

DISK: dict[str, VolumeState] = {
    "Unattached": VolumeState.AVAILABLE,
    "Attached": VolumeState.ATTACHED,
    "Reserved": VolumeState.ATTACHED,  # of a deallocated VM
    "Frozen": VolumeState.ATTACHED,  # of a hibernated VM
    "ActiveSAS": VolumeState.AVAILABLE,
    "ActiveSASFrozen": VolumeState.ATTACHED,
    "ReadyToUpload": VolumeState.CREATING,
    "ActiveUpload": VolumeState.CREATING,
}
"""https://learn.microsoft.com/en-us/rest/api/compute/disks/get#diskstate"""
DISK_CHANGE: dict[str, VolumeState | None] = {
    "Creating": VolumeState.CREATING,
    "Updating": None,
    "Succeeded": None,
    "Deleting": VolumeState.DELETING,
    "Failed": VolumeState.ERROR,
    "Canceled": VolumeState.ERROR,
}
SNAPSHOT: dict[str, SnapshotState] = {
    "Creating": SnapshotState.PENDING,
    "Updating": SnapshotState.PENDING,
    "Succeeded": SnapshotState.READY,
    "Deleting": SnapshotState.DELETING,
    "Failed": SnapshotState.ERROR,
    "Canceled": SnapshotState.ERROR,
}
IMAGE: dict[str, ImageState] = {
    "Creating": ImageState.PENDING,
    "Updating": ImageState.PENDING,
    "Succeeded": ImageState.READY,
    "Deleting": ImageState.DELETING,
    "Failed": ImageState.ERROR,
    "Canceled": ImageState.ERROR,
}


def meaning(table: dict[str, T], native: str) -> T:
    """What Azure's state means. Raises ProviderUnavailable for one that is not in the table."""
    try:
        return table[native]
    except KeyError as error:
        raise ProviderUnavailable(f"Azure reports the unknown state {native!r}.") from error


def vm_meaning(native: dict[str, Any]) -> Meaning:
    """Of a VM that was read with its instance view."""
    properties = native["properties"]
    provisioning = str(properties.get("provisioningState", ""))
    if decided := meaning(PROVISIONING, provisioning):
        return decided
    if (power := power_of(native)) is not None:
        return meaning(POWER, power)
    return _NEVER_PLACED.get(provisioning, _ON_ITS_WAY)


def power_of(native: dict[str, Any]) -> str | None:
    """ "running"; None before it was placed."""
    statuses = native["properties"].get("instanceView", {}).get("statuses", [])
    codes = [str(status.get("code", "")) for status in statuses]
    found = [code.partition("/")[2] for code in codes if code.startswith("PowerState/")]
    return found[-1] if found else None


def disk_state(native: dict[str, Any]) -> VolumeState:
    properties = native["properties"]
    change = meaning(DISK_CHANGE, str(properties.get("provisioningState", "")))
    if change is not None:
        return change
    return meaning(DISK, str(properties.get("diskState", "Unattached")))
