"""Disks out of EC2: snapshots of all of a VM's volumes at one moment, read by EBS direct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from novacron.errors import NotFound, NotReady
from novacron.models.base import Model, Ownership
from novacron.models.transfer import Export, ExportedDisk, Extent, TransferState
from novacron.models.volume import SnapshotState
from novacron.providers.aws.block_tokens import HOLE
from novacron.providers.aws.blocks import BLOCK_BYTES, GIB, AwsBlocks
from novacron.providers.aws.errors import translated
from novacron.providers.aws.instances import Found, Instances, volumes_of
from novacron.providers.aws.ownership import made_before, owner_filters, tag_specifications
from novacron.providers.aws.snapshots import NO_VOLUME, AwsSnapshots
from novacron.providers.aws.states import SNAPSHOT, meaning
from novacron.providers.transfer import DiskExport


class _Wanted(Model):
    """What an operation asked for; its digest tells a repeat from another request."""

    vm_id: str
    since: str | None


class AwsExports(AwsSnapshots, Instances, AwsBlocks, DiskExport):
    @translated
    def begin_export(self, vm_id: str, since: Export | None, owner: Ownership) -> Export:
        found = self.live_instance(vm_id)
        wanted = _Wanted(vm_id=vm_id, since=since.id if since else None)
        taken = self._taken(found, wanted, owner)
        kept = self._still_there(found.region, since) if since else {}
        return Export(
            id=f"exp-{owner.operation}",
            vm_id=vm_id,
            state=_state(taken),
            disks=[self._disk(found.region, one, kept) for one in taken],
            since=wanted.since,
        )

    def _taken(self, found: Found, wanted: _Wanted, owner: Ownership) -> list[Any]:
        """The snapshots, the boot volume's first; made by one call, or found from before."""
        ec2 = self.ec2(found.region)
        # CreateSnapshots takes no ClientToken: what the operation made is found by its tags.
        answer = ec2.describe_snapshots(OwnerIds=["self"], Filters=owner_filters(owner))
        taken: list[Any] = [s for s in answer["Snapshots"] if s["VolumeId"] != NO_VOLUME]
        if made_before(taken, wanted, owner) is None:
            name = found.native["InstanceId"]
            # All volumes at one moment, or none:
            # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html
            made = ec2.create_snapshots(
                InstanceSpecification={"InstanceId": name},
                Description=f"Export of {name}",
                TagSpecifications=tag_specifications(["snapshot"], name, {}, owner, wanted),
            )
            taken = list(made["Snapshots"])
        order = volumes_of(found.native)
        if missing := set(order) - {one["VolumeId"] for one in taken}:
            raise NotReady(f"EC2 does not show the snapshots of {', '.join(sorted(missing))} yet.")
        place = {volume_id: position for position, volume_id in enumerate(order)}
        return sorted(taken, key=lambda one: place.get(one["VolumeId"], len(order)))

    def _still_there(self, region: str, since: Export) -> dict[str, str]:
        """Volume -> its snapshot of ``since``, where EBS can still tell what changed."""
        natives = {self.here(one.source_id, region, "since"): one for one in since.disks}
        answer = self.ec2(region).describe_snapshots(
            OwnerIds=["self"],
            Filters=[
                {"Name": "snapshot-id", "Values": list(natives)},
                {"Name": "status", "Values": ["completed"]},
            ],
        )
        disks = (natives[one["SnapshotId"]] for one in answer["Snapshots"])
        return {disk.volume_id: disk.source_id for disk in disks}

    def _disk(self, region: str, snapshot: Any, kept: dict[str, str]) -> ExportedDisk:
        volume_id = self.public_id(region, snapshot["VolumeId"])
        return ExportedDisk(
            volume_id=volume_id,
            size_bytes=snapshot["VolumeSize"] * GIB,
            source_id=self.public_id(region, snapshot["SnapshotId"]),
            since_id=kept.get(volume_id),
        )

    @translated
    def get_export(self, export: Export) -> Export:
        region, _ = self.locate(export.disks[0].source_id)
        ids = [self.here(disk.source_id, region, "disks") for disk in export.disks]
        answer = self.ec2(region).describe_snapshots(SnapshotIds=ids)
        return export.model_copy(update={"state": _state(answer["Snapshots"])})

    def extents(self, export: Export, disk: int, offset: int, length: int) -> Iterator[Extent]:
        told = export.disks[disk]
        stop = min(offset + length, told.size_bytes)
        first, end = offset // BLOCK_BYTES, -(-stop // BLOCK_BYTES)
        for index, token in self.blocks(told.source_id, told.since_id, first, end):
            start = max(index * BLOCK_BYTES, offset)
            behind = min((index + 1) * BLOCK_BYTES, stop)
            yield Extent(offset=start, length=behind - start, zero=token == HOLE)

    def read(self, export: Export, disk: int, offset: int, length: int) -> bytes:
        return self.read_blocks(export.disks[disk].source_id, offset, length)

    def end_export(self, export: Export) -> None:
        """Nothing is open: the snapshots are what the next export is told against."""

    def delete_export(self, export: Export) -> None:
        for disk in export.disks:
            try:
                self.delete_snapshot(disk.source_id)
            except NotFound:
                continue


def _state(snapshots: Iterable[Any]) -> TransferState:
    states = {meaning(SNAPSHOT, one["State"]) for one in snapshots}
    if SnapshotState.ERROR in states:
        return TransferState.ERROR
    return TransferState.OPEN if states == {SnapshotState.READY} else TransferState.PENDING
