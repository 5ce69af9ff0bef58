"""moto's EC2 objects, with the fields and states that it leaves out."""

from __future__ import annotations

import copy
from typing import Any

from moto.ec2.models.amis import Ami
from moto.ec2.models.elastic_block_store import Snapshot, Volume

# The volume id of snapshots that were not made from a volume here:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html
NO_VOLUME = "vol-ffffffff"


class LocalVolume(Volume):
    """Knows the state "creating"."""

    creating = False

    @property
    def status(self) -> str:
        return "creating" if self.creating else super().status


class LocalSnapshot(Snapshot):
    """Knows pending, and how far it is."""

    @property
    def progress(self) -> str:
        return "100%" if self.status == "completed" else "0%"

    @property
    def state(self) -> str:
        """What CreateSnapshots calls it, whose answer moto leaves without."""
        return str(self.status)


class LocalAmi(Ami):
    """Keeps the mappings, ENA flag and boot mode that it was registered with."""

    mappings: list[dict[str, Any]]
    ena_support: bool | None = None
    tpm_support: str | None = None
    imds_support: str | None = None

    @property
    def block_device_mappings(self) -> list[dict[str, Any]]:
        return copy.deepcopy(self.mappings)

    def get_filter_value(self, filter_name: str, method_name: str | None = None) -> Any:
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html"""
        if filter_name == "block-device-mapping.snapshot-id":
            return [mapping.get("Ebs", {}).get("SnapshotId") for mapping in self.mappings]
        return super().get_filter_value(filter_name, method_name)


def prepare(backend: Any) -> Any:
    """Give a region's built-in images what real ones have; done once for a region."""
    if getattr(backend, "local_prepared", False):
        return backend
    for ami in backend.amis.values():
        _real_image(ami)
    backend.local_prepared = True
    return backend


def _real_image(ami: Any) -> None:
    size = 30 if ami.platform else 8
    ami.__class__ = LocalAmi
    ami.ebs_snapshot.volume.size = size
    ami.root_device_type = "ebs"
    ami.ena_support = ami.virtualization_type == "hvm"
    ami.boot_mode = "uefi" if ami.architecture == "arm64" else "uefi-preferred"
    ami.mappings = [
        {
            "DeviceName": ami.root_device_name,
            "Ebs": {
                "SnapshotId": ami.ebs_snapshot.id,
                "VolumeSize": size,
                "DeleteOnTermination": True,
                "VolumeType": "gp3",
                "Encrypted": False,
            },
        }
    ]


def local_snapshot(
    backend: Any, snapshot_id: str, volume: Any, description: str, status: str
) -> LocalSnapshot:
    """A snapshot that keeps the size that its volume had, whatever becomes of the volume."""
    snapshot = LocalSnapshot(
        backend, snapshot_id, copy.copy(volume), description, encrypted=volume.encrypted
    )
    snapshot.status = status
    backend.snapshots[snapshot_id] = snapshot
    return snapshot
