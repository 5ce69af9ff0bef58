"""EC2's states as ours, and what is charged in each. Total, and loud on what is not in it."""

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
    # AWS's meter starts with "running", moments later; ours with the request, so that nothing
    # that is about to cost is shown as free.
    "pending": Meaning(VmState.PENDING, True),
    "running": Meaning(VmState.RUNNING, True),
    # "stopping" is charged before a hibernation only, which this adapter never asks for.
    "stopping": Meaning(VmState.STOPPING, False),
    "stopped": Meaning(VmState.STOPPED, False),
    "shutting-down": Meaning(VmState.DELETING, False),
    "terminated": Meaning(VmState.DELETED, False),
}
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html (Billing).
EBS volumes are charged in every state until they are deleted."""

GONE = frozenset({VmState.DELETING, VmState.DELETED})

VOLUME: dict[str, VolumeState] = {
    "creating": VolumeState.CREATING,
    "available": VolumeState.AVAILABLE,
    "in-use": VolumeState.ATTACHED,
    "deleting": VolumeState.DELETING,
    "deleted": VolumeState.DELETING,
    "error": VolumeState.ERROR,
}
SNAPSHOT: dict[str, SnapshotState] = {
    "pending": SnapshotState.PENDING,
    "completed": SnapshotState.READY,
    "error": SnapshotState.ERROR,
    "recoverable": SnapshotState.ERROR,
    "recovering": SnapshotState.PENDING,
}
TARGET: dict[str, MemberHealth] = {
    "initial": MemberHealth.CHECKING,
    "healthy": MemberHealth.HEALTHY,
    "unhealthy": MemberHealth.UNHEALTHY,
    "unhealthy.draining": MemberHealth.UNHEALTHY,
    "unused": MemberHealth.UNUSED,
    "draining": MemberHealth.DRAINING,
    "unavailable": MemberHealth.UNKNOWN,
}
IMAGE: dict[str, ImageState] = {
    "pending": ImageState.PENDING,
    "transient": ImageState.PENDING,
    "available": ImageState.READY,
    "invalid": ImageState.ERROR,
    "deregistered": ImageState.ERROR,
    "failed": ImageState.ERROR,
    "error": ImageState.ERROR,
    "disabled": ImageState.ERROR,
}


def meaning(table: dict[str, T], native: str) -> T:
    """What EC2's state means. Raises ProviderUnavailable for one that is not in the table."""
    try:
        return table[native]
    except KeyError as error:
        raise ProviderUnavailable(f"EC2 reports the unknown state {native!r}.") from error


def native_states(states: list[VmState]) -> list[str]:
    """EC2's names for these; without any, all but "terminated". [] where EC2 has none."""
    if not states:
        return [name for name in INSTANCE if name != "terminated"]
    return [name for name, (state, _) in INSTANCE.items() if state in states]
