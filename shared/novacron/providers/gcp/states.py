"""Google's states as ours, and what is charged in each. Total, and loud on what is not in it."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from novacron.errors import ProviderUnavailable
from novacron.models.image import ImageState
from novacron.models.load_balancer import MemberHealth
from novacron.models.vm import VmState
from novacron.models.volume import SnapshotState, VolumeState

T = TypeVar("T")


class Meaning(NamedTuple):
    state: VmState
    bills_compute: bool


INSTANCE: dict[str, Meaning] = {
    # Google's meter starts with RUNNING, moments later; ours with the request, so that nothing
    # that is about to cost is shown as free.
    "PENDING": Meaning(VmState.PENDING, True),
    "PROVISIONING": Meaning(VmState.PENDING, True),
    "STAGING": Meaning(VmState.PENDING, True),
    "RUNNING": Meaning(VmState.RUNNING, True),
    # A guest that is told to stop, or being stopped, runs until it has.
    "PENDING_STOP": Meaning(VmState.STOPPING, True),
    "STOPPING": Meaning(VmState.STOPPING, True),
    "TERMINATED": Meaning(VmState.STOPPED, False),
    "STOPPED": Meaning(VmState.STOPPED, False),
    # Suspended memory is charged as storage, not as compute.
    "SUSPENDING": Meaning(VmState.STOPPING, True),
    "SUSPENDED": Meaning(VmState.SUSPENDED, False),
    # "not covered by an SLA" while the host is mended, and not charged; it comes back by itself.
    "REPAIRING": Meaning(VmState.PENDING, False),
    "DEPROVISIONING": Meaning(VmState.DELETING, False),
}
"""https://cloud.google.com/compute/docs/instances/instance-lifecycle and, for
what is charged, https://cloud.google.com/compute/vm-instance-pricing. An instance that is being
deleted is STOPPING until it is gone. Disks are charged in every state until they are deleted."""

VOLUME: dict[str, VolumeState] = {
    "CREATING": VolumeState.CREATING,
    "RESTORING": VolumeState.CREATING,
    "READY": VolumeState.AVAILABLE,
    "DELETING": VolumeState.DELETING,
    "FAILED": VolumeState.ERROR,
    "UNAVAILABLE": VolumeState.ERROR,
}
"""READY is ATTACHED where the disk has a user."""
SNAPSHOT: dict[str, SnapshotState] = {
    "CREATING": SnapshotState.PENDING,
    "UPLOADING": SnapshotState.PENDING,
    "READY": SnapshotState.READY,
    "DELETING": SnapshotState.DELETING,
    "FAILED": SnapshotState.ERROR,
}
ENDPOINT: dict[str, MemberHealth] = {
    "HEALTHY": MemberHealth.HEALTHY,
    "UNHEALTHY": MemberHealth.UNHEALTHY,
    "DRAINING": MemberHealth.DRAINING,
    "UNKNOWN": MemberHealth.CHECKING,
}
IMAGE: dict[str, ImageState] = {
    "PENDING": ImageState.PENDING,
    "READY": ImageState.READY,
    "DELETING": ImageState.DELETING,
    "FAILED": ImageState.ERROR,
}


def meaning(table: dict[str, T], native: str) -> T:
    """What Google's state means. Raises ProviderUnavailable for one that is not in the table."""
    try:
        return table[native]
    except KeyError as error:
        raise ProviderUnavailable(f"Google reports the unknown state {native!r}.") from error
