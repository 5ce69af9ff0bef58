"""The instance that is asked for: everything owned, and deleted with the VM."""

from __future__ import annotations

from typing import Any

import pytest

from novacron.errors import InvalidSpec, Unsupported
from novacron.models.base import Ownership
from novacron.models.vm import DiskSpec, VmSpec
from novacron.models.volume import VolumeClass
from novacron.providers.gcp.costs import type_of
from novacron.providers.gcp.launch import Launch, instance
from novacron.providers.gcp.ownership import native_name

OWNER = Ownership(tenant="acme", operation="op-1")


def _spec(**changes: Any) -> VmSpec:
    return VmSpec.model_validate({"name": "web", "region": "r", "image": "x"} | changes)


def _instance(machine_type: str = "e2-micro", **changes: Any) -> dict[str, Any]:
    launch = Launch("r-a", machine_type, "projects/d/global/images/i", 10, changes.pop("net", None))
    return instance(_spec(**changes), OWNER, launch)


def test_everything_that_bills_is_labelled_and_goes_with_the_vm() -> None:
    told = _instance(disks=[DiskSpec(name="data", size_gib=5)], tags={"team": "core"})
    assert [disk["auto_delete"] for disk in told["disks"]] == [True, True]
    for labels in (told["labels"], *(d["initialize_params"]["labels"] for d in told["disks"])):
        assert labels["novacron-operation"] == "op-1"
        assert labels["novacron-tenant"] == "acme"
        assert labels["team"] == "core"
    names = [disk["initialize_params"]["disk_name"] for disk in told["disks"]]
    assert len(set(names)) == 2
    assert names[0] == told["name"]


@pytest.mark.parametrize(
    ("machine_type", "kinds"),
    [("e2-micro", ["pd-balanced", "pd-standard"]), ("c4a-standard-1", ["hyperdisk-balanced"] * 2)],
)
def test_disks_are_of_a_type_that_the_series_has(machine_type: str, kinds: list[str]) -> None:
    data = DiskSpec(name="data", size_gib=20, volume_class=VolumeClass.CAPACITY)
    disks = _instance(machine_type, disks=[data])["disks"]
    found = [disk["initialize_params"]["disk_type"].rpartition("/")[2] for disk in disks]
    assert found == kinds


def test_a_public_address_is_asked_for_only_when_wanted() -> None:
    assert _instance()["network_interfaces"] == [{"network": "global/networks/default"}]
    (nic,) = _instance(public_ip=True, net="regions/r/subnetworks/s")["network_interfaces"]
    assert nic["subnetwork"] == "regions/r/subnetworks/s"
    assert nic["access_configs"][0]["type_"] == "ONE_TO_ONE_NAT"


def test_keys_and_data_are_metadata() -> None:
    key = "ssh-ed25519 AAAA me"
    items = _instance(ssh_keys=[key], user_data="#!/bin/sh")["metadata"]["items"]
    found = {item["key"]: item["value"] for item in items}
    assert found["ssh-keys"] == f"novacron:{key}"
    assert found["user-data"] == "#!/bin/sh"
    assert found["enable-oslogin"] == "FALSE"


def test_spot_is_deleted_when_taken_back() -> None:
    assert "scheduling" not in _instance()
    found = _instance(spot=True)["scheduling"]
    assert found["provisioning_model"] == "SPOT"
    assert found["instance_termination_action"] == "DELETE"


def test_gpu_types_do_not_migrate_and_gpus_are_never_attached() -> None:
    assert _instance("g2-standard-4")["scheduling"] == {"on_host_maintenance": "TERMINATE"}
    assert type_of(_spec(gpus=1, region="us-central1")).startswith(("g2", "g4"))
    with pytest.raises(Unsupported) as refused:
        type_of(_spec(gpus=1, instance_type="e2-micro"))
    assert refused.value.field == "gpus"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"root_disk_gib": 5}, "root_disk_gib"),
        ({"tags": {"Team": "core"}}, "tags.Team"),
        ({"disks": [{"name": f"d{n}", "size_gib": 5} for n in range(128)]}, "disks.127"),
    ],
)
def test_what_google_cannot_take_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        _instance(**changes)
    assert refused.value.field == field


def test_names_fit_and_follow_from_the_operation() -> None:
    long = "a" * 63
    assert len(native_name(long, OWNER)) == 63
    assert native_name("web", OWNER) == native_name("web", OWNER)
    other = Ownership(tenant="acme", operation="op-2")
    assert native_name("web", OWNER) != native_name("web", other)
    assert "--" not in native_name("a" * 53 + "-b", OWNER)
