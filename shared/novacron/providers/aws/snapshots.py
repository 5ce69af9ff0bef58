"""Snapshots of volumes: EBS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from novacron.errors import NotFound
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.volume import ResourceFilter, Snapshot, SnapshotSpec
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.aws.ownership import (
    filters,
    made_before,
    owned,
    owner_filters,
    tag_specifications,
)
from novacron.providers.aws.paging import page_of
from novacron.providers.aws.states import SNAPSHOT, meaning
from novacron.providers.base import Snapshots

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import SnapshotTypeDef

# What EC2 says of snapshots that were not made from a volume:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html
NO_VOLUME = "vol-ffffffff"


class AwsSnapshots(AwsBase, Snapshots):
    @translated
    def create_snapshot(self, spec: SnapshotSpec, owner: Ownership) -> Snapshot:
        region, volume_id = self.locate(spec.volume_id)
        ec2 = self.ec2(region)
        # CreateSnapshot takes no ClientToken: what the operation made is found by its tags.
        found = ec2.describe_snapshots(OwnerIds=["self"], Filters=owner_filters(owner))
        native: Any = made_before(found["Snapshots"], spec, owner)
        if native is None:
            native = ec2.create_snapshot(
                VolumeId=volume_id,
                Description=f"{spec.name} of {volume_id}",
                TagSpecifications=tag_specifications(
                    ["snapshot"], spec.name, spec.tags, owner, spec
                ),
            )
        return self._snapshot(region, native)

    @translated
    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        region, native = self.locate(snapshot_id)
        for found in self.ec2(region).describe_snapshots(SnapshotIds=[native])["Snapshots"]:
            return self._snapshot(region, found)
        raise NotFound(f"There is no snapshot {snapshot_id!r}.")

    @translated
    def list_snapshots(self, where: ResourceFilter, page: PageRequest) -> Page[Snapshot]:
        def fetch(region: str, size: int, token: str | None) -> tuple[list[Snapshot], str | None]:
            request: dict[str, Any] = {"Filters": filters(where), "MaxResults": size}
            if token:
                request["NextToken"] = token
            answer = self.ec2(region).describe_snapshots(OwnerIds=["self"], **request)
            found = [self._snapshot(region, one) for one in answer["Snapshots"]]
            return found, answer.get("NextToken")

        return page_of(self.regions_of(where.region), page, fetch, lambda snapshot: snapshot.id)

    @translated
    def delete_snapshot(self, snapshot_id: str) -> None:
        region, native = self.locate(snapshot_id)
        self.ec2(region).delete_snapshot(SnapshotId=native)

    def _snapshot(self, region: str, native: SnapshotTypeDef) -> Snapshot:
        owner = owned(native.get("Tags", []))
        volume_id = native.get("VolumeId", NO_VOLUME)
        return Snapshot(
            id=self.public_id(region, native["SnapshotId"]),
            name=owner.name,
            state=meaning(SNAPSHOT, native["State"]),
            volume_id=None if volume_id == NO_VOLUME else self.public_id(region, volume_id),
            region=region,
            size_gib=native["VolumeSize"],
            created_at=native.get("StartTime"),
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )
