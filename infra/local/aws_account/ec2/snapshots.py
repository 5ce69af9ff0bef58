"""Snapshots: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshot.html"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.utils import random_snapshot_id

from .base import refuse
from .models import local_snapshot
from .paging import Paging


class Snapshots(Paging):
    def create_snapshot(self) -> ActionResult:
        """The blocks are those of this moment, whatever is written afterwards."""
        volume = self.ec2_backend.get_volume(self._get_param("VolumeId"))
        if volume.status == "creating":
            raise refuse("IncorrectState", f"Volume '{volume.id}' is 'creating'")
        tags = self._parse_tag_specification().get("snapshot", {})
        self.error_on_dryrun()
        return ActionResult(self._take(volume, self._get_param("Description", ""), tags))

    def create_snapshots(self) -> ActionResult:
        spec = self._get_param("InstanceSpecification", {})
        instance = self.ec2_backend.get_instance(spec["InstanceId"])
        left_out = set(spec.get("ExcludeDataVolumeIds", []))
        tags = self._parse_tag_specification().get("snapshot", {})
        self.error_on_dryrun()
        taken = [
            self._take(
                self.ec2_backend.volumes[block.volume_id], self._get_param("Description", ""), tags
            )
            for device, block in instance.get_block_device_mapping
            if block.volume_id not in left_out
            and not (spec.get("ExcludeBootVolume") and device == instance.root_device_name)
        ]
        return ActionResult({"Snapshots": taken})

    def describe_snapshots(self) -> ActionResult:
        ids = self._get_param("SnapshotIds", [])
        self.look("snap-", ids)
        result: Any = super().describe_snapshots().result
        owners = self._get_param("OwnerIds", [])
        page, token = self.page(
            [s for s in result["Snapshots"] if self._owned(s, owners)], bool(ids)
        )
        return ActionResult({"Snapshots": page, "NextToken": token})

    def copy_snapshot(self) -> ActionResult:
        result = super().copy_snapshot()
        made: Any = result.result
        self.account.maps.copy(self._get_param("SourceSnapshotId"), made["SnapshotId"])
        return result

    def delete_snapshot(self) -> ActionResult:
        """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshot.html"""
        snapshot_id = self._get_param("SnapshotId")
        for image in self.ec2_backend.amis.values():
            used = [m.get("Ebs", {}).get("SnapshotId") for m in image.block_device_mappings]
            if snapshot_id in used:
                raise refuse(
                    "InvalidSnapshot.InUse",
                    f"The snapshot {snapshot_id} is currently in use by {image.id}",
                )
        result = super().delete_snapshot()
        self.account.maps.drop(snapshot_id)
        self.account.maps.forget("snapshot", snapshot_id)
        return result

    def _take(self, volume: Any, description: str, tags: dict[str, str]) -> Any:
        snapshot = local_snapshot(
            self.ec2_backend, random_snapshot_id(), volume, description, "pending"
        )
        snapshot.add_tags(tags)
        self.account.maps.derive(volume.id, snapshot.id)
        self.begin(snapshot.id, "completed")
        return snapshot

    def _owned(self, snapshot: Any, owners: list[str]) -> bool:
        if not owners:
            return True
        mine = self.current_account
        told = {mine if owner == "self" else owner for owner in owners}
        return snapshot.owner_id in told or ("amazon" in told and snapshot.owner_id != mine)
