"""Volumes: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-describing-volumes.html (states)"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult

from .base import refuse
from .models import LocalVolume
from .paging import Paging

# Largest size by type, in GiB; smallest by type:
# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
_SIZES = {
    "gp2": (1, 16384),
    "gp3": (1, 65536),
    "io1": (4, 16384),
    "io2": (4, 65536),
    "st1": (125, 16384),
    "sc1": (125, 16384),
    "standard": (1, 1024),
}


class Volumes(Paging):
    def create_volume(self) -> ActionResult:
        snapshot_id = self.params.get("SnapshotId")
        size = self.params.get("Size")
        if snapshot_id:
            self._check_snapshot(snapshot_id, size)
        _check_size(self.params.get("VolumeType", "gp2"), size)
        result = super().create_volume()
        volume: Any = result.result
        volume.__class__ = LocalVolume
        if snapshot_id:
            self.account.maps.derive(snapshot_id, volume.id)
        volume.creating = True
        self.begin(volume.id, "available")
        return result

    def describe_volumes(self) -> ActionResult:
        ids = self._get_param("VolumeIds", [])
        self.look("vol-", ids)
        result: Any = super().describe_volumes().result
        page, token = self.page(result["Volumes"], bool(ids))
        return ActionResult({"Volumes": page, "NextToken": token})

    def delete_volume(self) -> ActionResult:
        volume_id = self._get_param("VolumeId")
        if self.ec2_backend.get_volume(volume_id).status == "creating":
            raise refuse("IncorrectState", f"The volume '{volume_id}' is 'creating'")
        result = super().delete_volume()
        self.account.maps.drop(volume_id)
        return result

    def modify_volume(self) -> ActionResult:
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html"""
        volume = self.ec2_backend.get_volume(self._get_param("VolumeId"))
        size = self.params.get("Size")
        if size is not None and size < volume.size:
            raise refuse(
                "InvalidParameterValue",
                f"New size cannot be smaller than existing size {volume.size}",
            )
        _check_size(self.params.get("VolumeType", volume.volume_type), size)
        return super().modify_volume()

    def attach_volume(self) -> ActionResult:
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html"""
        volume = self.ec2_backend.get_volume(self._get_param("VolumeId"))
        instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        device = self._get_param("Device")
        if volume.attachment:
            raise refuse("VolumeInUse", f"{volume.id} is already attached to an instance")
        if volume.status != "available":
            raise refuse("IncorrectState", f"{volume.id} is not 'available'.")
        if instance.state not in ("running", "stopped"):
            raise refuse("IncorrectState", f"Instance '{instance.id}' is not 'running'.")
        if volume.zone.name != instance.placement.zone:
            raise refuse(
                "InvalidVolume.ZoneMismatch",
                f"The volume '{volume.id}' is not in the same availability zone as instance "
                f"'{instance.id}'",
            )
        if device in instance.block_device_mapping:
            raise refuse(
                "InvalidParameterValue",
                f"Invalid value '{device}' for unixDevice. Attachment point {device} is already "
                "in use",
            )
        return super().attach_volume()

    def detach_volume(self) -> ActionResult:
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachVolume.html"""
        volume = self.ec2_backend.get_volume(self._get_param("VolumeId"))
        attachment = volume.attachment
        if attachment is None:
            raise refuse("IncorrectState", f"Volume '{volume.id}' is in the 'available' state.")
        instance = attachment.instance
        if attachment.device == instance.root_device_name and instance.state != "stopped":
            raise refuse(
                "OperationNotPermitted",
                f"Unable to detach root volume '{volume.id}' from instance '{instance.id}'",
            )
        self.params.setdefault("InstanceId", instance.id)
        return super().detach_volume()

    def _check_snapshot(self, snapshot_id: str, size: int | None) -> None:
        snapshot = self.ec2_backend.get_snapshot(snapshot_id)
        if snapshot.status != "completed":
            raise refuse("IncorrectState", f"Snapshot {snapshot_id} is not 'completed'")
        if size is not None and size < snapshot.volume_size:
            raise refuse(
                "InvalidParameterValue",
                f"The size of a volume must be at least that of snapshot {snapshot_id}: "
                f"{snapshot.volume_size} GiB",
            )


def _check_size(kind: str, size: int | None) -> None:
    if kind not in _SIZES:
        raise refuse("InvalidParameterValue", f"Value ({kind}) for parameter volumeType is invalid")
    least, most = _SIZES[kind]
    if size is not None and not least <= size <= most:
        raise refuse(
            "InvalidParameterValue",
            f"Volume of {size}GiB is not possible for type {kind}: {least} to {most} GiB",
        )
