"""Block volumes: EBS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from novacron.errors import Conflict, InvalidSpec, NotFound, QuotaExceeded
from novacron.mapping.volumes import native_volume, volume_class
from novacron.models.account import ProviderType
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.volume import ResourceFilter, Volume, VolumeSpec
from novacron.providers.aws.errors import code_of, translated
from novacron.providers.aws.instances import Instances
from novacron.providers.aws.launch import DEVICES, encrypted, next_device
from novacron.providers.aws.ownership import (
    filters,
    made_before,
    owned,
    owner_filters,
    tag_specifications,
)
from novacron.providers.aws.paging import page_of
from novacron.providers.aws.states import VOLUME, meaning
from novacron.providers.base import Volumes

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import VolumeTypeDef


class AwsVolumes(Instances, Volumes):
    @translated
    def create_volume(self, spec: VolumeSpec, owner: Ownership) -> Volume:
        ec2 = self.ec2(spec.region)
        request = self._request(spec, owner)
        try:
            native: Any = ec2.create_volume(**request)
        except ClientError as error:
            if code_of(error) != "IdempotentParameterMismatch":
                raise
            found = ec2.describe_volumes(Filters=owner_filters(owner))["Volumes"]
            native = made_before(found, spec, owner)
            if native is None:
                raise
        return self._volume(spec.region, native)

    def _request(self, spec: VolumeSpec, owner: Ownership) -> dict[str, Any]:
        kind = native_volume(
            ProviderType.AWS, spec.volume_class, spec.size_gib, spec.iops, spec.throughput_mibps
        )
        told = {
            "AvailabilityZone": spec.zone or self._first_zone(spec.region),
            "Size": spec.size_gib,
            "VolumeType": kind.type,
            "Iops": kind.iops,
            "Throughput": kind.throughput_mibps,
            "Encrypted": encrypted(self.account.encrypt, copied=spec.snapshot_id is not None),
            "SnapshotId": spec.snapshot_id and self._snapshot_here(spec.snapshot_id, spec.region),
            "ClientToken": owner.operation,
            "TagSpecifications": tag_specifications(["volume"], spec.name, spec.tags, owner, spec),
        }
        return {name: value for name, value in told.items() if value is not None}

    def _snapshot_here(self, snapshot_id: str, region: str) -> str:
        self.locate(snapshot_id)  # NotFound, where ``here`` says InvalidSpec
        return self.here(snapshot_id, region, "snapshot_id")

    def _first_zone(self, region: str) -> str:
        answer = self.ec2(region).describe_availability_zones(
            Filters=[
                {"Name": "state", "Values": ["available"]},
                {"Name": "zone-type", "Values": ["availability-zone"]},
            ]
        )
        return min(zone["ZoneName"] for zone in answer["AvailabilityZones"])

    @translated
    def get_volume(self, volume_id: str) -> Volume:
        return self._volume(*self._find(volume_id))

    @translated
    def list_volumes(self, where: ResourceFilter, page: PageRequest) -> Page[Volume]:
        def fetch(region: str, size: int, token: str | None) -> tuple[list[Volume], str | None]:
            request: dict[str, Any] = {"Filters": filters(where), "MaxResults": size}
            if token:
                request["NextToken"] = token
            answer = self.ec2(region).describe_volumes(**request)
            found = [self._volume(region, one) for one in answer["Volumes"]]
            return found, answer.get("NextToken")

        return page_of(self.regions_of(where.region), page, fetch, lambda volume: volume.id)

    @translated
    def delete_volume(self, volume_id: str) -> None:
        region, native = self.locate(volume_id)
        self.ec2(region).delete_volume(VolumeId=native)

    @translated
    def attach_volume(self, volume_id: str, vm_id: str) -> Volume:
        region, volume = self._find(volume_id)
        instance = self.live_instance(vm_id)
        for attachment in volume.get("Attachments", []):
            if attachment.get("InstanceId") == instance.native["InstanceId"]:
                return self._volume(region, volume)
            raise Conflict(f"Volume {volume_id} is attached to {attachment.get('InstanceId')}.")
        if instance.region != region:
            raise InvalidSpec(f"Volume {volume_id} is not in {instance.region}.", field="vm_id")
        mappings = instance.native.get("BlockDeviceMappings", [])
        device = next_device({mapping.get("DeviceName", "") for mapping in mappings})
        if device is None:
            raise QuotaExceeded(f"VM {vm_id} has {len(DEVICES)} volumes attached already.")
        answer = self.ec2(region).attach_volume(
            Device=device,
            InstanceId=instance.native["InstanceId"],
            VolumeId=volume["VolumeId"],
        )
        changed: Any = {**volume, "State": "in-use", "Attachments": [answer]}
        return self._volume(region, changed)

    @translated
    def detach_volume(self, volume_id: str) -> Volume:
        region, volume = self._find(volume_id)
        attached = [a for a in volume.get("Attachments", []) if a.get("State") != "detaching"]
        if attached:
            self.ec2(region).detach_volume(VolumeId=volume["VolumeId"])
            region, volume = self._find(volume_id)
        return self._volume(region, volume)

    @translated
    def resize_volume(self, volume_id: str, size_gib: int) -> Volume:
        region, volume = self._find(volume_id)
        if size_gib < volume["Size"]:
            raise InvalidSpec(
                f"Volume {volume_id} has {volume['Size']} GiB; volumes only grow.",
                field="size_gib",
            )
        if size_gib > volume["Size"]:
            self.ec2(region).modify_volume(VolumeId=volume["VolumeId"], Size=size_gib)
            region, volume = self._find(volume_id)
        return self._volume(region, volume)

    def _find(self, volume_id: str) -> tuple[str, VolumeTypeDef]:
        region, native = self.locate(volume_id)
        for volume in self.ec2(region).describe_volumes(VolumeIds=[native])["Volumes"]:
            return region, volume
        raise NotFound(f"There is no volume {volume_id!r}.")

    def _volume(self, region: str, native: VolumeTypeDef) -> Volume:
        owner = owned(native.get("Tags", []))
        holders = [a["InstanceId"] for a in native.get("Attachments", []) if "InstanceId" in a]
        return Volume(
            id=self.public_id(region, native["VolumeId"]),
            name=owner.name,
            state=meaning(VOLUME, native["State"]),
            region=region,
            zone=native.get("AvailabilityZone"),
            size_gib=native["Size"],
            volume_class=volume_class(ProviderType.AWS, native["VolumeType"]),
            attached_to=self.public_id(region, holders[0]) if holders else None,
            created_at=native.get("CreateTime"),
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )
