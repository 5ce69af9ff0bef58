"""The RunInstances request, as a pure function of what is wanted.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from novacron.errors import InvalidSpec
from novacron.mapping.user_data import with_ssh_keys
from novacron.mapping.volumes import native_volume
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.vm import DiskSpec, VmSpec
from novacron.providers.aws.ownership import tag_specifications

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import ImageTypeDef

# "/dev/sd[f-p]" is what AWS recommends for EBS volumes on every kind of instance:
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html
DEVICES = tuple(f"/dev/sd{letter}" for letter in "fghijklmnop")


@dataclass(frozen=True)
class Launch:
    """What was found out for a request: EC2's own ids and names."""

    image: ImageTypeDef
    instance_type: str
    subnet_id: str | None = None
    group_ids: tuple[str, ...] = ()
    encrypt: bool | None = None


def run_request(spec: VmSpec, owner: Ownership, launch: Launch) -> dict[str, Any]:
    """Raises InvalidSpec for a disk or tag that EC2 cannot take."""
    kinds = ["instance", "volume", "network-interface"]
    request: dict[str, Any] = {
        "ImageId": launch.image["ImageId"],
        "InstanceType": launch.instance_type,
        "MinCount": 1,
        "MaxCount": 1,
        "ClientToken": owner.operation,
        "BlockDeviceMappings": _devices(spec, launch),
        # Without session tokens any request that a guest can be talked into reads its role's
        # keys: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-new-instances.html
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
    }
    if spec.spot:
        kinds.append("spot-instances-request")
        request["InstanceMarketOptions"] = {
            "MarketType": "spot",
            "SpotOptions": {
                "SpotInstanceType": "one-time",
                "InstanceInterruptionBehavior": "terminate",
            },
        }
    if spec.zone:
        request["Placement"] = {"AvailabilityZone": spec.zone}
    request |= _placed(launch, spec.public_ip)
    data = with_ssh_keys(spec.user_data, spec.ssh_keys)
    if data:
        request["UserData"] = data  # botocore encodes it
    request["TagSpecifications"] = tag_specifications(kinds, spec.name, spec.tags, owner, spec)
    return request


def _placed(launch: Launch, public_ip: bool | None) -> dict[str, Any]:
    """Subnet and groups. A public address other than the subnet's default can only be asked for
    on an interface, and then they are given there alone."""
    told = {"SubnetId": launch.subnet_id, "SecurityGroupIds": list(launch.group_ids)}
    if public_ip is None:
        return {name: value for name, value in told.items() if value}
    interface = {
        "DeviceIndex": 0,
        "AssociatePublicIpAddress": public_ip,
        "DeleteOnTermination": True,
        "SubnetId": launch.subnet_id,
        "Groups": list(launch.group_ids),
    }
    kept = {name: value for name, value in interface.items() if value not in (None, [])}
    return {"NetworkInterfaces": [kept]}


def next_device(used: set[str]) -> str | None:
    """The first free device name."""
    return next((name for name in DEVICES if name not in used), None)


def encrypted(setting: bool | None, *, copied: bool) -> bool | None:
    """The request's ``Encrypted``; None leaves it to the account's default. What is ``copied``
    from an image or snapshot stays as that is, unless the setting wants all encrypted."""
    if setting is None:
        return None if copied else True
    return True if setting else None


def _devices(spec: VmSpec, launch: Launch) -> list[dict[str, Any]]:
    """Root and extra disks, all of them deleted with the instance."""
    root_name = launch.image.get("RootDeviceName", "")
    root: dict[str, Any] = {"DeleteOnTermination": True}
    if spec.root_disk_gib:
        root["VolumeSize"] = spec.root_disk_gib
    if encrypted(launch.encrypt, copied=True):
        root["Encrypted"] = True
    used = {mapping.get("DeviceName", "") for mapping in launch.image["BlockDeviceMappings"]}
    devices = [{"DeviceName": root_name, "Ebs": root}]
    for position, disk in enumerate(spec.disks):
        device = next_device(used)
        if device is None:
            raise InvalidSpec(
                f"An EC2 instance takes {len(DEVICES)} extra disks.", field=f"disks.{position}"
            )
        used.add(device)
        devices.append({"DeviceName": device, "Ebs": _disk(disk, launch.encrypt)})
    return devices


def _disk(disk: DiskSpec, encrypt: bool | None) -> dict[str, Any]:
    native = native_volume(ProviderType.AWS, disk.volume_class, disk.size_gib)
    told = {
        "VolumeSize": disk.size_gib,
        "VolumeType": native.type,
        "Iops": native.iops,
        "Throughput": native.throughput_mibps,
        "DeleteOnTermination": True,
        "Encrypted": encrypted(encrypt, copied=False),
    }
    return {name: value for name, value in told.items() if value is not None}
