"""The life of an instance, as the real SDK sees it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from google.api_core import exceptions

from tests.integration.google_project.cloud import (
    PROJECT,
    ZONE,
    Cloud,
    instance_body,
    machine_type,
    new_name,
    reason,
)

AT = {"project": PROJECT, "zone": ZONE}


@pytest.fixture
def instances(cloud: Cloud) -> Any:
    return cloud.client("Instances")


@pytest.fixture
def slow(cloud: Cloud) -> Any:
    """Transitions are seen once on their way."""
    cloud.server.project.switches.transition_describes = 1
    yield
    cloud.server.project.switches.transition_describes = 0


def test_it_is_seen_on_its_way_up_and_down(instances: Any, cloud: Cloud, slow: None) -> None:
    name = new_name("vm")

    def status() -> str:
        return str(instances.get(**AT, instance=name).status)

    begun = instances.insert_unary(**AT, instance_resource=instance_body(name))
    assert (begun.status.name, begun.progress, begun.operation_type) == ("PENDING", 0, "insert")
    assert begun.id > 2**63
    assert [status(), status()] == ["STAGING", "RUNNING"]
    assert cloud.operation(begun.name).status.name == "DONE"
    instances.stop_unary(**AT, instance=name)
    assert [status(), status()] == ["STOPPING", "TERMINATED"]
    instances.start_unary(**AT, instance=name)
    assert [status(), status()] == ["STAGING", "RUNNING"]
    gone = instances.delete_unary(**AT, instance=name)
    assert [cloud.operation(gone.name).status.name for _ in range(2)] == ["RUNNING", "DONE"]
    with pytest.raises(exceptions.NotFound):
        status()


def test_it_is_deleted_once(instances: Any, cloud: Cloud, slow: None) -> None:
    vm = cloud.instance()
    instances.delete_unary(**AT, instance=vm.name)
    with pytest.raises(exceptions.BadRequest) as twice:
        instances.delete_unary(**AT, instance=vm.name)
    assert reason(twice) == "resourceNotReady"


def test_virtual_time_ends_transitions(instances: Any, cloud: Cloud) -> None:
    project = cloud.server.project
    project.switches.transition_seconds = 30
    try:
        vm = cloud.instance()
        assert vm.status == "STAGING"
        project.clock.advance(31)
        assert instances.get(**AT, instance=vm.name).status == "RUNNING"
    finally:
        project.switches.transition_seconds = 0


def test_its_boot_disk_comes_and_goes_with_it(instances: Any, cloud: Cloud) -> None:
    vm, kept = cloud.instance(), cloud.disk()
    disks = cloud.client("Disks")
    boot = disks.get(**AT, disk=vm.name)
    assert boot.users == [vm.self_link]
    assert "debian-12-bookworm-v20261111" in boot.source_image
    instances.attach_disk_unary(
        **AT, instance=vm.name, attached_disk_resource={"source": kept.self_link}
    )
    instances.delete_unary(**AT, instance=vm.name)
    assert not disks.get(**AT, disk=kept.name).users
    with pytest.raises(exceptions.NotFound):
        disks.get(**AT, disk=vm.name)


def test_an_external_address_is_let_go_by_a_stop(instances: Any, cloud: Cloud) -> None:
    nic = {"network": "global/networks/default", "access_configs": [{"type_": "ONE_TO_ONE_NAT"}]}
    vm = cloud.instance(network_interfaces=[nic])
    assert vm.network_interfaces[0].access_configs[0].nat_i_p
    instances.stop_unary(**AT, instance=vm.name)
    stopped = instances.get(**AT, instance=vm.name)
    assert not stopped.network_interfaces[0].access_configs[0].nat_i_p
    assert stopped.network_interfaces[0].network_i_p == vm.network_interfaces[0].network_i_p


def test_the_same_request_id_is_the_same_operation(instances: Any, cloud: Cloud) -> None:
    name, request_id = new_name("vm"), str(uuid4())
    request = {**AT, "instance_resource": instance_body(name), "request_id": request_id}
    first = instances.insert_unary(request=request)
    again = instances.insert_unary(request=request)
    assert first.name == again.name
    with pytest.raises(exceptions.Conflict):
        instances.insert_unary(request={**request, "request_id": str(uuid4())})


@pytest.mark.parametrize("request_id", ["op-1", "00000000-0000-0000-0000-000000000000"])
def test_a_request_id_is_a_uuid(instances: Any, request_id: str) -> None:
    request = {**AT, "instance_resource": instance_body("x"), "request_id": request_id}
    with pytest.raises(exceptions.BadRequest, match="requestId"):
        instances.insert_unary(request=request)


def test_the_machine_type_changes_only_while_it_is_stopped(instances: Any, cloud: Cloud) -> None:
    vm = cloud.instance()
    wanted = {"machine_type": machine_type("e2-custom-4-8192")}
    request = {**AT, "instance": vm.name, "instances_set_machine_type_request_resource": wanted}
    with pytest.raises(exceptions.BadRequest, match="STOPPED") as refused:
        instances.set_machine_type_unary(request=request)
    assert reason(refused) == "invalidResourceUsage"
    instances.stop_unary(**AT, instance=vm.name)
    instances.set_machine_type_unary(request=request)
    changed = instances.get(**AT, instance=vm.name)
    assert changed.machine_type.endswith("/e2-custom-4-8192")


def test_a_name_has_the_form_of_rfc_1035(instances: Any) -> None:
    for name in ("No_Good", "1st", "x" * 64, "ends-"):
        with pytest.raises(exceptions.BadRequest, match=r"resource\.name"):
            instances.insert_unary(**AT, instance_resource=instance_body(name))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"machine_type": "e2-small"}, "malformed"),
        ({"machine_type": machine_type("e2-custom-3-4096")}, "number of vCPUs"),
        ({"machine_type": machine_type("n2-custom-4-1000")}, "multiple of 256"),
        ({"machine_type": machine_type("t2a-standard-1")}, "architecture"),
        ({"machine_type": machine_type("c4a-standard-1")}, "architecture"),
        ({"disks": []}, "disks"),
        ({"network_interfaces": []}, "network interface"),
        ({"labels": {"Upper": "x"}}, "Label keys"),
        ({"labels": {"x": "y" * 64}}, "Label values"),
        ({"labels": {f"k{number}": "" for number in range(65)}}, "64 labels"),
        ({"tags": {"items": ["-bad"]}}, "tags"),
        ({"scheduling": {"provisioning_model": "SPOT", "automatic_restart": True}}, "Spot"),
    ],
)
def test_what_is_not_valid_is_refused(instances: Any, changes: Any, message: str) -> None:
    with pytest.raises(exceptions.BadRequest, match=message) as refused:
        instances.insert_unary(**AT, instance_resource=instance_body("fine", **changes))
    assert reason(refused) == "invalid"


def test_labels_metadata_and_tags_need_the_fingerprint(instances: Any, cloud: Cloud) -> None:
    vm = cloud.instance(labels={"a": "b"})
    wanted = {"labels": {"c": "d"}, "label_fingerprint": "AAAAAAAAAAA="}
    request = {**AT, "instance": vm.name, "instances_set_labels_request_resource": wanted}
    with pytest.raises(exceptions.PreconditionFailed) as refused:
        instances.set_labels_unary(request=request)
    assert reason(refused) == "conditionNotMet"
    wanted["label_fingerprint"] = vm.label_fingerprint
    instances.set_labels_unary(request=request)
    metadata = {"fingerprint": vm.metadata.fingerprint, "items": [{"key": "k", "value": "v"}]}
    instances.set_metadata_unary(**AT, instance=vm.name, metadata_resource=metadata)
    tags = {"fingerprint": vm.tags.fingerprint, "items": ["web"]}
    instances.set_tags_unary(**AT, instance=vm.name, tags_resource=tags)
    changed = instances.get(**AT, instance=vm.name)
    assert dict(changed.labels) == {"c": "d"}
    assert changed.metadata.items[0].value == "v"
    assert list(changed.tags.items) == ["web"]
    with pytest.raises(exceptions.PreconditionFailed):
        instances.set_tags_unary(**AT, instance=vm.name, tags_resource=tags)


def test_the_console_is_read_from_an_offset(instances: Any, cloud: Cloud) -> None:
    vm = cloud.instance()
    cloud.session().put(f"{cloud.server.url}/_local/instances/{vm.id}/console", data=b"boot: ok\n")
    all_ = instances.get_serial_port_output(**AT, instance=vm.name)
    assert (all_.contents, all_.next_) == ("boot: ok\n", 9)
    request = {**AT, "instance": vm.name, "start": 6}
    assert instances.get_serial_port_output(request=request).contents == "ok\n"


def test_a_protected_instance_is_not_deleted(instances: Any, cloud: Cloud) -> None:
    vm = cloud.instance(deletion_protection=True)
    with pytest.raises(exceptions.BadRequest, match="protected"):
        instances.delete_unary(**AT, instance=vm.name)
    instances.set_deletion_protection_unary(
        request={**AT, "resource": vm.name, "deletion_protection": False}
    )
    instances.delete_unary(**AT, instance=vm.name)
