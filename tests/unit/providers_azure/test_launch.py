"""The PUT of a VM: everything owned, and deleted with the VM."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from novacron.errors import InvalidSpec
from novacron.models.base import Ownership
from novacron.models.vm import DiskSpec, VmSpec
from novacron.models.volume import VolumeClass
from novacron.providers.azure.launch import Launch, put_request
from novacron.providers.azure.ownership import native_name

OWNER = Ownership(tenant="acme", operation="op-1")
LAUNCH = Launch(
    name="nc-1",
    image={"publisher": "Debian"},
    instance_type="Standard_B2s",
    subnet={"id": "/s"},
    group={"id": "/g"},
)


def _body(**changes: Any) -> dict[str, Any]:
    told = {"name": "web", "region": "westeurope", "image": "debian-12", **changes}
    return put_request(VmSpec.model_validate(told), OWNER, LAUNCH)


def _interface(body: dict[str, Any]) -> dict[str, Any]:
    (found,) = body["properties"]["networkProfile"]["networkInterfaceConfigurations"]
    return dict(found)


def test_every_part_that_bills_goes_with_the_vm() -> None:
    body = _body(public_ip=True, disks=[DiskSpec(name="d", size_gib=10)])
    interface, storage = _interface(body), body["properties"]["storageProfile"]
    (address,) = interface["properties"]["ipConfigurations"]
    public = address["properties"]["publicIPAddressConfiguration"]
    parts = [storage["osDisk"], *storage["dataDisks"], interface["properties"]]
    assert {part["deleteOption"] for part in [*parts, public["properties"]]} == {"Delete"}
    for tags in (body["tags"], interface["tags"], public["tags"]):
        assert (tags["novacron:tenant"], tags["novacron:operation"]) == ("acme", "op-1")


def test_the_interface_carries_the_rules_and_no_address_unless_asked() -> None:
    properties = _interface(_body())["properties"]
    assert properties["networkSecurityGroup"] == {"id": "/g"}
    assert "publicIPAddressConfiguration" not in properties["ipConfigurations"][0]["properties"]


def test_keys_are_passed_on_and_a_vm_without_any_lets_nobody_in() -> None:
    key = "ssh-ed25519 AAAA me"

    def keys(body: dict[str, Any]) -> list[str]:
        linux = body["properties"]["osProfile"]["linuxConfiguration"]
        assert linux["disablePasswordAuthentication"]
        return [one["keyData"] for one in linux["ssh"]["publicKeys"]]

    assert keys(_body(ssh_keys=[key])) == [key]
    (first,), (second,) = keys(_body()), keys(_body())
    assert first.startswith("ssh-rsa ")
    assert first != second


def test_user_data_is_encoded_once() -> None:
    profile = _body(user_data="#cloud-config\n")["properties"]["osProfile"]
    assert b64decode(profile["customData"]) == b"#cloud-config\n"
    assert "customData" not in _body()["properties"]["osProfile"]


def test_spot_leaves_nothing_behind_when_it_is_evicted() -> None:
    assert "priority" not in _body()["properties"]
    found = _body(spot=True)["properties"]
    assert (found["priority"], found["evictionPolicy"]) == ("Spot", "Delete")
    assert found["billingProfile"] == {"maxPrice": -1}


def test_a_fast_disk_needs_the_vms_zone() -> None:
    disks = [DiskSpec(name="d", size_gib=10, volume_class=VolumeClass.PERFORMANCE)]
    with pytest.raises(InvalidSpec) as refused:
        _body(disks=disks)
    assert refused.value.field == "disks.0.volume_class"
    (disk,) = _body(disks=disks, zone="2")["properties"]["storageProfile"]["dataDisks"]
    assert disk["managedDisk"] == {"storageAccountType": "PremiumV2_LRS"}


def test_more_disks_than_luns_are_refused() -> None:
    with pytest.raises(InvalidSpec) as refused:
        _body(disks=[DiskSpec(name=f"d{n}", size_gib=1) for n in range(65)])
    assert refused.value.field == "disks.64"


def test_names_are_of_the_operation_alone() -> None:
    assert native_name(OWNER) == native_name(OWNER.model_copy())
    others = [OWNER.model_copy(update=change) for change in ({"tenant": "b"}, {"operation": "b"})]
    assert len({native_name(OWNER), *map(native_name, others)}) == 3
