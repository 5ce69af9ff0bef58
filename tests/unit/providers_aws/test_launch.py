"""The RunInstances request: safe defaults, and everything owned and deleted with the VM."""

from __future__ import annotations

from typing import Any

import pytest

from novacron.errors import InvalidSpec
from novacron.models.base import Ownership
from novacron.models.vm import DiskSpec, VmSpec
from novacron.providers.aws.launch import Launch, run_request

OWNER = Ownership(tenant="acme", operation="op-1")
IMAGE: Any = {
    "ImageId": "ami-11111111",
    "RootDeviceName": "/dev/xvda",
    "BlockDeviceMappings": [{"DeviceName": "/dev/xvda"}, {"DeviceName": "/dev/sdf"}],
}


def _request(encrypt: bool | None = None, **changes: Any) -> dict[str, Any]:
    told = {"name": "web", "region": "us-east-1", "image": "ami-11111111", **changes}
    launch = Launch(image=IMAGE, instance_type="t3.micro", encrypt=encrypt)
    return run_request(VmSpec.model_validate(told), OWNER, launch)


def _disks(count: int) -> list[DiskSpec]:
    return [DiskSpec(name=f"d{n}", size_gib=10) for n in range(count)]


def test_metadata_needs_a_token_and_the_operation_is_the_client_token() -> None:
    request = _request()
    assert request["MetadataOptions"]["HttpTokens"] == "required"
    assert request["ClientToken"] == OWNER.operation


def test_every_part_that_bills_is_tagged() -> None:
    tagged = {one["ResourceType"]: one["Tags"] for one in _request(spot=True)["TagSpecifications"]}
    assert set(tagged) == {"instance", "volume", "network-interface", "spot-instances-request"}
    for tags in tagged.values():
        assert {"Key": "novacron:operation", "Value": "op-1"} in tags
        assert {"Key": "novacron:tenant", "Value": "acme"} in tags


def test_disks_go_with_the_vm_on_free_devices() -> None:
    mappings = _request(disks=_disks(2), root_disk_gib=20)["BlockDeviceMappings"]
    assert [m["DeviceName"] for m in mappings] == ["/dev/xvda", "/dev/sdg", "/dev/sdh"]
    assert all(m["Ebs"]["DeleteOnTermination"] for m in mappings)
    assert mappings[0]["Ebs"]["VolumeSize"] == 20


@pytest.mark.parametrize(
    ("encrypt", "root", "extra"), [(None, None, True), (True, True, True), (False, None, None)]
)
def test_encryption(encrypt: bool | None, root: bool | None, extra: bool | None) -> None:
    first, second = _request(encrypt, disks=_disks(1))["BlockDeviceMappings"]
    assert (first["Ebs"].get("Encrypted"), second["Ebs"].get("Encrypted")) == (root, extra)


def test_more_disks_than_devices_are_refused() -> None:
    with pytest.raises(InvalidSpec) as refused:
        _request(disks=_disks(11))
    assert refused.value.field == "disks.10"


def test_spot_is_asked_for_only_when_wanted() -> None:
    assert "InstanceMarketOptions" not in _request()
    assert _request(spot=True)["InstanceMarketOptions"]["MarketType"] == "spot"
