"""EC2's refusals, where moto alone would say yes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.aws_account import Server
from tests.integration.aws_account.conftest import connect

ZONE = "us-east-1a"
IMAGE = "ami-785db401"


def _code(attempt: Callable[..., Any], **request: Any) -> str:
    """The code that EC2 refuses the request with."""
    with pytest.raises(ClientError) as refused:
        attempt(**request)
    return str(refused.value.response["Error"]["Code"])


def _run(ec2: Any, **told: Any) -> dict[str, Any]:
    request = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    (made,) = ec2.run_instances(**request | told)["Instances"]
    return dict(made)


def test_a_client_token_makes_one(ec2: Any) -> None:
    first = _run(ec2, ClientToken="run-1")
    assert _run(ec2, ClientToken="run-1")["InstanceId"] == first["InstanceId"]
    other = {"ImageId": IMAGE, "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1}
    assert _code(ec2.run_instances, ClientToken="run-1", **other) == "IdempotentParameterMismatch"


def test_volumes_in_use(ec2: Any) -> None:
    first, second = _run(ec2), _run(ec2)
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"]
    zone = first["Placement"]["AvailabilityZone"]
    if zone != ZONE:
        ec2.delete_volume(VolumeId=volume)
        volume = ec2.create_volume(AvailabilityZone=zone, Size=1)["VolumeId"]
    place = {"Device": "/dev/sdf", "VolumeId": volume}
    ec2.attach_volume(InstanceId=first["InstanceId"], **place)
    again = {"InstanceId": second["InstanceId"], **place}
    assert _code(ec2.attach_volume, **again) == "VolumeInUse"
    assert _code(ec2.delete_volume, VolumeId=volume) == "VolumeInUse"
    assert _code(ec2.modify_volume, VolumeId=volume, Size=0) == "InvalidParameterValue"
    ec2.detach_volume(VolumeId=volume)
    assert _code(ec2.detach_volume, VolumeId=volume) == "IncorrectState"
    ec2.delete_volume(VolumeId=volume)
    assert _code(ec2.delete_volume, VolumeId=volume) == "InvalidVolume.NotFound"


def test_a_volume_of_another_zone(ec2: Any) -> None:
    made = _run(ec2, Placement={"AvailabilityZone": ZONE})
    volume = ec2.create_volume(AvailabilityZone="us-east-1b", Size=1)["VolumeId"]
    place = {"Device": "/dev/sdf", "VolumeId": volume, "InstanceId": made["InstanceId"]}
    assert _code(ec2.attach_volume, **place) == "InvalidVolume.ZoneMismatch"


def test_a_snapshot_behind_an_image(ec2: Any) -> None:
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"]
    taken = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    image = {
        "Name": "rules",
        "RootDeviceName": "/dev/xvda",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": taken}}],
    }
    made = ec2.register_image(**image)["ImageId"]
    (found,) = ec2.describe_images(ImageIds=[made])["Images"]
    assert found["VirtualizationType"] == "paravirtual"
    assert not found["EnaSupport"]
    assert _code(ec2.register_image, **image) == "InvalidAMIName.Duplicate"
    assert _code(ec2.delete_snapshot, SnapshotId=taken) == "InvalidSnapshot.InUse"
    ec2.deregister_image(ImageId=made)
    ec2.delete_snapshot(SnapshotId=taken)


def test_an_image_is_found_by_any_of_its_snapshots(ec2: Any) -> None:
    volume = ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"]
    snapshots = [ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(3)]
    devices = zip(("/dev/xvda", "/dev/sdf"), snapshots, strict=False)
    mappings = [{"DeviceName": name, "Ebs": {"SnapshotId": one}} for name, one in devices]
    image = ec2.register_image(
        Name="two-disks", RootDeviceName="/dev/xvda", BlockDeviceMappings=mappings
    )["ImageId"]
    found = [
        [one["ImageId"] for one in ec2.describe_images(Filters=[made_from])["Images"]]
        for snapshot in snapshots
        for made_from in [{"Name": "block-device-mapping.snapshot-id", "Values": [snapshot]}]
    ]
    assert found == [[image], [image], []]


def test_snapshots_of_all_volumes_say_their_state(ec2: Any) -> None:
    made = ec2.create_snapshots(InstanceSpecification={"InstanceId": _run(ec2)["InstanceId"]})
    assert [one["State"] for one in made["Snapshots"]] == ["completed"]


def test_types_that_need_iops_get_them(ec2: Any) -> None:
    fast: dict[str, Any] = {"VolumeSize": 4, "VolumeType": "io2"}
    request = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    mapping = {"DeviceName": "/dev/sdf", "Ebs": fast}
    assert _code(ec2.run_instances, BlockDeviceMappings=[mapping], **request) == "MissingParameter"
    made = _run(ec2, BlockDeviceMappings=[mapping | {"Ebs": fast | {"Iops": 400}}])
    asked = [{"Name": "attachment.instance-id", "Values": [made["InstanceId"]]}]
    volumes = ec2.describe_volumes(Filters=asked)["Volumes"]
    assert ("io2", 400) in [(one["VolumeType"], one.get("Iops")) for one in volumes]


def test_a_network_with_something_in_it(ec2: Any) -> None:
    vpc = ec2.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.5.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(VpcId=vpc, GroupName="g", Description="g")["GroupId"]
    made = _run(ec2, SubnetId=subnet, SecurityGroupIds=[group])["InstanceId"]
    assert _code(ec2.delete_security_group, GroupId=group) == "DependencyViolation"
    assert _code(ec2.delete_subnet, SubnetId=subnet) == "DependencyViolation"
    assert _code(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"
    ec2.terminate_instances(InstanceIds=[made])
    ec2.delete_security_group(GroupId=group)
    ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=vpc)


def test_only_a_stopped_instance_changes_its_type(ec2: Any) -> None:
    made = _run(ec2)["InstanceId"]
    change = {"InstanceId": made, "InstanceType": {"Value": "t3.small"}}
    assert _code(ec2.modify_instance_attribute, **change) == "IncorrectInstanceState"
    ec2.stop_instances(InstanceIds=[made])
    ec2.modify_instance_attribute(**change)
    assert _code(ec2.reboot_instances, InstanceIds=[made]) == "IncorrectState"


def test_states_are_passed_through_one_look_at_a_time(ec2: Any, server: Server) -> None:
    server.account.switches.transition_describes = 1
    try:
        made = _run(ec2)["InstanceId"]
        seen = [
            ec2.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"][0]["State"]
            for _ in range(3)
        ]
    finally:
        server.account.switches.transition_describes = 0
    assert [state["Name"] for state in seen] == ["pending", "running", "running"]


def test_pages_and_their_tokens(ec2: Any) -> None:
    made = {ec2.create_volume(AvailabilityZone=ZONE, Size=1)["VolumeId"] for _ in range(6)}
    pages = list(ec2.get_paginator("describe_volumes").paginate(PaginationConfig={"PageSize": 5}))
    assert all(len(page["Volumes"]) <= 5 for page in pages)
    assert made <= {volume["VolumeId"] for page in pages for volume in page["Volumes"]}
    assert _code(ec2.describe_volumes, NextToken="x") == "InvalidPaginationToken"
    assert _code(ec2.describe_volumes, MaxResults=4) == "InvalidParameterValue"


def test_the_vcpu_quota_is_held(ec2: Any, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    quotas = connect(server, "service-quotas")
    monkeypatch.setattr(server.account.switches, "standard_vcpus", 1)
    found = quotas.get_service_quota(ServiceCode="ec2", QuotaCode="L-1216C47A")["Quota"]
    assert found["Value"] == 1
    request = {"ImageId": IMAGE, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    assert _code(ec2.run_instances, **request) == "VcpuLimitExceeded"
    unknown = {"ServiceCode": "ec2", "QuotaCode": "L-0"}
    assert _code(quotas.get_service_quota, **unknown) == "NoSuchResourceException"


def test_a_vpc_of_ones_own_holds_on_to_its_addresses(ec2: Any) -> None:
    """A default VPC lets them go at once."""
    own = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    inside = ec2.create_subnet(VpcId=own, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    default = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
    kept = []
    for subnet in (inside, default["Subnets"][0]["SubnetId"]):
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        nic = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
        interface = nic["NetworkInterfaceId"]
        ec2.associate_address(AllocationId=address, NetworkInterfaceId=interface)
        kept.append(address)
    assert _code(ec2.release_address, AllocationId=kept[0]) == "InvalidIPAddress.InUse"
    ec2.release_address(AllocationId=kept[1])
    assert [one["AllocationId"] for one in ec2.describe_addresses()["Addresses"]] == kept[:1]
    assert _code(ec2.release_address, AllocationId=kept[1]) == "InvalidAllocationID.NotFound"
