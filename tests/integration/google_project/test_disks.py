"""Disks, snapshots and images, with their bytes."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions

from tests.integration.google_project.cloud import PROJECT, ZONE, Cloud, new_name, reason

AT = {"project": PROJECT, "zone": ZONE}


def write(cloud: Cloud, disk: Any, offset: int, data: bytes) -> None:
    url = f"{cloud.server.url}/_local/disks/{disk.id}/data?offset={offset}"
    cloud.session().put(url, data=data).raise_for_status()


def read(cloud: Cloud, kind: str, number: int, offset: int, length: int) -> bytes:
    url = f"{cloud.server.url}/_local/{kind}/{number}/data?offset={offset}&length={length}"
    return cloud.session().get(url).content


def kind_of(name: str) -> str:
    return f"zones/{ZONE}/diskTypes/{name}"


@pytest.fixture
def disks(cloud: Cloud) -> Any:
    return cloud.client("Disks")


def test_a_snapshot_keeps_the_bytes_of_its_moment(disks: Any, cloud: Cloud) -> None:
    disk = cloud.disk(size_gb=20)
    write(cloud, disk, 65530, b"first version")
    name = new_name("snap")
    disks.create_snapshot_unary(**AT, disk=disk.name, snapshot_resource={"name": name})
    write(cloud, disk, 65530, b"second")
    snapshot = cloud.client("Snapshots").get(project=PROJECT, snapshot=name)
    assert (snapshot.status, snapshot.source_disk_id) == ("READY", str(disk.id))
    restored = cloud.disk(source_snapshot=snapshot.self_link, size_gb=30)
    assert read(cloud, "disks", restored.id, 65530, 13) == b"first version"
    with pytest.raises(exceptions.BadRequest, match="smaller"):
        cloud.disk(source_snapshot=snapshot.self_link, size_gb=15)


def test_an_image_is_made_from_a_snapshot_and_boots(disks: Any, cloud: Cloud) -> None:
    disk, name = cloud.disk(), new_name("image")
    write(cloud, disk, 0, b"boot sector")
    snap = new_name("snap")
    disks.create_snapshot_unary(**AT, disk=disk.name, snapshot_resource={"name": snap})
    images = cloud.client("Images")
    body = {"name": name, "source_snapshot": f"global/snapshots/{snap}", "family": "mine"}
    images.insert_unary(project=PROJECT, image_resource=body)
    image = images.get_from_family(project=PROJECT, family="mine")
    assert (image.name, image.status, image.disk_size_gb) == (name, "READY", 10)
    boot = {"boot": True, "initialize_params": {"source_image": image.self_link}}
    vm = cloud.instance(disks=[boot])
    made = disks.get(**AT, disk=vm.name)
    assert read(cloud, "disks", made.id, 0, 11) == b"boot sector"
    images.delete_unary(project=PROJECT, image=name)
    assert name not in [each.name for each in images.list(project=PROJECT)]


def test_an_image_has_one_source(cloud: Cloud) -> None:
    images, disk = cloud.client("Images"), cloud.disk()
    raw = {"raw_disk": {"source": "https://storage.googleapis.com/b/disk.tar.gz"}}
    images.insert_unary(project=PROJECT, image_resource={"name": "raw", **raw})
    two = {"name": "two", "source_disk": disk.self_link, **raw}
    for body in (two, {"name": "none"}, {"name": "x", "raw_disk": {"source": "file:///x"}}):
        with pytest.raises(exceptions.BadRequest):
            images.insert_unary(project=PROJECT, image_resource=body)


def test_an_image_of_a_running_disk_must_be_forced(cloud: Cloud) -> None:
    vm, images = cloud.instance(), cloud.client("Images")
    body = {"name": new_name("image"), "source_disk": vm.disks[0].source}
    with pytest.raises(exceptions.BadRequest) as refused:
        images.insert_unary(project=PROJECT, image_resource=body)
    assert reason(refused) == "resourceInUseByAnotherResource"
    images.insert_unary(request={"project": PROJECT, "image_resource": body, "force_create": True})


def test_a_disk_is_attached_once_and_not_deleted_meanwhile(disks: Any, cloud: Cloud) -> None:
    first, second, disk = cloud.instance(), cloud.instance(), cloud.disk()
    instances = cloud.client("Instances")
    wanted = {"source": disk.self_link, "device_name": "data"}
    instances.attach_disk_unary(**AT, instance=first.name, attached_disk_resource=wanted)
    with pytest.raises(exceptions.BadRequest) as twice:
        instances.attach_disk_unary(**AT, instance=second.name, attached_disk_resource=wanted)
    with pytest.raises(exceptions.BadRequest) as deleted:
        disks.delete_unary(**AT, disk=disk.name)
    assert reason(twice) == reason(deleted) == "resourceInUseByAnotherResource"
    instances.detach_disk_unary(**AT, instance=first.name, device_name="data")
    with pytest.raises(exceptions.BadRequest, match="No attached disk"):
        instances.detach_disk_unary(**AT, instance=first.name, device_name="data")
    disks.delete_unary(**AT, disk=disk.name)


def test_readers_share_a_disk_and_no_writer_joins_them(cloud: Cloud) -> None:
    disk, instances = cloud.disk(), cloud.client("Instances")
    for mode, fine in (("READ_ONLY", True), ("READ_ONLY", True), ("READ_WRITE", False)):
        vm = cloud.instance()
        request = {"source": disk.self_link, "mode": mode}
        if fine:
            instances.attach_disk_unary(**AT, instance=vm.name, attached_disk_resource=request)
        else:
            with pytest.raises(exceptions.BadRequest, match="already being used"):
                instances.attach_disk_unary(**AT, instance=vm.name, attached_disk_resource=request)


def test_the_boot_disk_stays_on_a_running_instance(cloud: Cloud) -> None:
    vm, instances = cloud.instance(), cloud.client("Instances")
    device = vm.disks[0].device_name
    with pytest.raises(exceptions.BadRequest, match="boot disk"):
        instances.detach_disk_unary(**AT, instance=vm.name, device_name=device)
    request = {**AT, "instance": vm.name, "device_name": device, "auto_delete": False}
    instances.set_disk_auto_delete_unary(request=request)
    instances.delete_unary(**AT, instance=vm.name)
    assert cloud.client("Disks").get(**AT, disk=vm.name).status == "READY"


def test_a_disk_only_grows(disks: Any, cloud: Cloud) -> None:
    disk = cloud.disk()
    for size, fine in ((20, True), (20, False), (15, False)):
        request = {**AT, "disk": disk.name, "disks_resize_request_resource": {"size_gb": size}}
        if fine:
            disks.resize_unary(**request)
        else:
            with pytest.raises(exceptions.BadRequest):
                disks.resize_unary(**request)
    assert disks.get(**AT, disk=disk.name).size_gb == 20


@pytest.mark.parametrize(
    "changes",
    [
        {"type_": kind_of("hyperdisk-balanced"), "size_gb": 3},
        {"size_gb": 65537},
        {"type_": "pd-ssd"},
        {"type_": kind_of("pd-ssd"), "provisioned_iops": 5000},
        {"type_": kind_of("hyperdisk-balanced"), "provisioned_iops": 6000},
        {"type_": kind_of("hyperdisk-balanced"), "provisioned_throughput": 1000},
        {"source_snapshot": "global/snapshots/none/x"},
    ],
)
def test_limits_of_disk_types_are_held(cloud: Cloud, changes: dict[str, Any]) -> None:
    with pytest.raises(exceptions.BadRequest):
        cloud.disk(**changes)


def test_hyperdisk_has_what_was_asked_for(cloud: Cloud) -> None:
    disk = cloud.disk(
        type_=kind_of("hyperdisk-balanced"),
        size_gb=100,
        provisioned_iops=10000,
        provisioned_throughput=600,
    )
    assert (disk.provisioned_iops, disk.provisioned_throughput) == (10000, 600)


def test_a_disk_that_is_being_made_is_not_ready(cloud: Cloud) -> None:
    cloud.server.project.switches.transition_describes = 3
    try:
        disk = cloud.disk()
        assert disk.status == "CREATING"
        with pytest.raises(exceptions.BadRequest) as refused:
            cloud.client("Disks").create_snapshot_unary(
                **AT, disk=disk.name, snapshot_resource={"name": "too-soon"}
            )
        assert reason(refused) == "resourceNotReady"
    finally:
        cloud.server.project.switches.transition_describes = 0
