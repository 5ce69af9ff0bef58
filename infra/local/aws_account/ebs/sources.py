"""Snapshots as EC2 knows them: the one list behind both APIs."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from ...common.lifecycle import Key
from ..account import LocalAccount
from ..ec2.models import NO_VOLUME, LocalVolume, local_snapshot, prepare
from ..ec2.transitions import finish, finish_due
from .errors import invalid, no_snapshot


def backend_of(account: LocalAccount, region: str) -> Any:
    return prepare(ec2_backends[account.account_id][region])


def find(account: LocalAccount, region: str, snapshot_id: str) -> Any:
    """EC2's snapshot. Raises ResourceNotFoundException."""
    snapshot = backend_of(account, region).snapshots.get(snapshot_id)
    if snapshot is None:
        raise no_snapshot(snapshot_id)
    return snapshot


def readable(account: LocalAccount, region: str, snapshot_id: str) -> Any:
    """A completed snapshot: pending ones cannot be read.

    https://docs.aws.amazon.com/ebs/latest/userguide/ebsapi-faq.html
    """
    with account.lock:
        snapshot = find(account, region, snapshot_id)
        finish_due(account)
        for key, target in account.lifecycle.look(region, [snapshot_id], "snap-"):
            finish(account, backend_of(account, region), key, target)
    if snapshot.status != "completed":
        raise invalid(f"The snapshot '{snapshot_id}' is {snapshot.status}.", "INVALID_SNAPSHOT_ID")
    return snapshot


def register(account: LocalAccount, region: str, snapshot_id: str, size: int, **told: Any) -> Any:
    """Make a pending snapshot that no volume of ours stands behind."""
    backend = backend_of(account, region)
    volume = LocalVolume(  # type: ignore[abstract]
        backend, NO_VOLUME, size, None, encrypted=told["encrypted"]
    )
    snapshot = local_snapshot(backend, snapshot_id, volume, told["description"], "pending")
    snapshot.add_tags(told["tags"])
    return snapshot


def seal(account: LocalAccount, region: str, snapshot_id: str) -> str:
    """Let the snapshot go on to completed; returns its status now."""
    key = Key(region, snapshot_id)
    if not account.lifecycle.begin(key, "completed"):
        finish(account, backend_of(account, region), key, "completed")
    return str(find(account, region, snapshot_id).status)
