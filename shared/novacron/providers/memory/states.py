"""What bills in each state: as on EC2, compute bills from the start request to the stop."""

from __future__ import annotations

from novacron.models.vm import VmState

BILLS_COMPUTE: dict[VmState, bool] = {
    VmState.PENDING: True,
    VmState.RUNNING: True,
    VmState.STOPPING: True,
    VmState.STOPPED: False,
    VmState.SUSPENDED: False,
    VmState.DELETING: False,
    VmState.DELETED: False,
    VmState.ERROR: True,
}
"""Total over VmState; disks bill in every state but DELETED."""
