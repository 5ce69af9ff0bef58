from __future__ import annotations

import json
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from infra.local.azure_account import ArmFault
from tests.integration.azure_account.clients import GROUP, PASSWORD, PLACE, Clients, machine
from tests.integration.azure_account.test_networks import code


def test_a_machine_lives_and_takes_its_parts_with_it(azure: Clients) -> None:
    vms = azure.compute.virtual_machines
    made = azure.vm("one", azure.subnet()).result()
    assert made.provisioning_state == "Succeeded"
    assert made.storage_profile.image_reference.exact_version
    assert azure.power("one") == ["ProvisioningState/succeeded", "PowerState/running"]
    for begin, state in (
        (vms.begin_power_off, "stopped"),
        (vms.begin_deallocate, "deallocated"),
        (vms.begin_start, "running"),
        (vms.begin_restart, "running"),
    ):
        begin(GROUP, "one").result()
        assert azure.power("one")[1] == f"PowerState/{state}"
    assert [disk.disk_state for disk in azure.compute.disks.list()] == ["Attached"]
    vms.begin_delete(GROUP, "one").result()
    with pytest.raises(ResourceNotFoundError):
        vms.get(GROUP, "one")
    assert list(azure.compute.disks.list()) == []
    assert list(azure.network.network_interfaces.list_all()) == []
    assert list(azure.network.public_ip_addresses.list_all()) == []


def test_no_secret_comes_back(azure: Clients) -> None:
    azure.vm("one", azure.subnet()).result()
    path = azure.id("Microsoft.Compute/virtualMachines", "one")
    status, _, body = azure.arm("GET", f"{path}?api-version=2026-04-01&$expand=instanceView")
    assert status == 200
    assert PASSWORD not in json.dumps(body)
    assert "customData" not in json.dumps(body)


def test_states_are_listed_for_the_subscription_alone(azure: Clients) -> None:
    azure.vm("one", azure.subnet()).result()
    vms = azure.compute.virtual_machines
    (told,) = vms.list_all(status_only="true")
    assert told.instance_view is not None
    assert [one.code for one in told.instance_view.statuses or []][1:] == ["PowerState/running"]
    assert told.tags is None
    assert told.hardware_profile is None
    for listed in (vms.list(GROUP, expand="instanceView"), vms.list_all(expand="instanceView")):
        with pytest.raises(HttpResponseError) as refused:
            list(listed)
        assert refused.value.status_code == 400


def test_the_same_put_again_makes_nothing_new(azure: Clients) -> None:
    subnet = azure.subnet()
    disks = [{"lun": 0, "createOption": "Empty", "diskSizeGB": 4}]
    storage = machine(subnet)["storageProfile"] | {"dataDisks": disks}
    for _ in range(2):
        azure.vm("one", subnet, storageProfile=storage).result()
    assert len(list(azure.compute.disks.list())) == 2
    assert len(list(azure.network.network_interfaces.list_all())) == 1
    assert len(list(azure.network.public_ip_addresses.list_all())) == 1


def test_a_failure_to_allocate_is_told_by_the_operation_and_the_view(azure: Clients) -> None:
    azure.server.account.faults.add(
        ArmFault("VirtualMachines_CreateOrUpdate", "AllocationFailed", when="async")
    )
    with pytest.raises(HttpResponseError) as failed:
        azure.vm("one", azure.subnet()).result()
    assert code(failed) == "AllocationFailed"
    assert azure.power("one") == ["ProvisioningState/failed/AllocationFailed"]
    azure.compute.virtual_machines.begin_delete(GROUP, "one").result()
    assert list(azure.network.network_interfaces.list_all()) == []


def _set(*path: str, to: Any) -> Any:
    def change(told: dict[str, Any]) -> None:
        for step in path[:-1]:
            told = told[step]
        told[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_set("hardwareProfile", "vmSize", to="Standard_Huge"), "InvalidParameter"),
        (_set("osProfile", to=None), "InvalidParameter"),
        (_set("osProfile", "adminUsername", to="root"), "InvalidParameter"),
        (_set("osProfile", "adminPassword", to=None), "InvalidParameter"),
        (_set("networkProfile", "networkApiVersion", to=None), "InvalidParameter"),
        (_set("storageProfile", "imageReference", "sku", to="99"), "PlatformImageNotFound"),
        (_set("evictionPolicy", to="Delete"), "InvalidParameter"),
        (_set("hardwareProfile", "vmSize", to="Standard_D16s_v5"), "OperationNotAllowed"),
        (_set("hardwareProfile", "vmSize", to="Standard_E4s_v5"), "SkuNotAvailable"),
        (_set("hardwareProfile", "vmSize", to="Standard_D2ps_v5"), "InvalidParameter"),
    ],
)
def test_what_azure_refuses_leaves_nothing_behind(
    azure: Clients, change: Any, expected: str
) -> None:
    azure.server.account.switches.quotas["cores"] = 8
    azure.server.account.switches.restricted_sizes = ["Standard_E4s_v5"]
    told = machine(azure.subnet())
    change(told)
    with pytest.raises(HttpResponseError) as refused:
        azure.compute.virtual_machines.begin_create_or_update(
            GROUP, "one", {**PLACE, "properties": told}
        )
    assert code(refused) == expected
    assert list(azure.compute.disks.list()) == []
    assert list(azure.network.network_interfaces.list_all()) == []
    assert list(azure.network.public_ip_addresses.list_all()) == []


def test_data_disks_come_and_go_by_put_patch_and_action(azure: Clients) -> None:
    vms = azure.compute.virtual_machines
    vm = azure.vm("one", azure.subnet()).result()
    first, second = azure.disk("first"), azure.disk("second")
    told = [{"lun": 0, "createOption": "Attach", "managedDisk": {"id": first.id}}]
    body = {"properties": {"storageProfile": {"dataDisks": told}}}
    vms.begin_update(GROUP, "one", body).result()
    assert azure.compute.disks.get(GROUP, "first").managed_by == vm.id
    with pytest.raises(HttpResponseError) as refused:
        azure.compute.disks.begin_delete(GROUP, "first")
    assert code(refused) == "OperationNotAllowed"
    told.append({"lun": 0, "createOption": "Attach", "managedDisk": {"id": second.id}})
    with pytest.raises(HttpResponseError) as refused:
        vms.begin_update(GROUP, "one", body)
    assert code(refused) == "InvalidParameter"
    vms.begin_attach_detach_data_disks(
        GROUP, "one", {"dataDisksToAttach": [{"diskId": second.id, "lun": 3}]}
    ).result()
    luns = {d.name: d.lun for d in vms.get(GROUP, "one").storage_profile.data_disks}
    assert luns == {"first": 0, "second": 3}
    now = vms.get(GROUP, "one")
    now.storage_profile.data_disks = [d for d in now.storage_profile.data_disks if d.lun == 3]
    vms.begin_create_or_update(GROUP, "one", now).result()
    assert azure.compute.disks.get(GROUP, "first").disk_state == "Unattached"
    azure.compute.disks.begin_delete(GROUP, "first").result()


def test_some_properties_never_change_and_a_size_may(azure: Clients) -> None:
    vms = azure.compute.virtual_machines
    azure.vm("one", azure.subnet()).result()
    for properties in (
        {"osProfile": {"adminUsername": "other"}},
        {"osProfile": {"adminPassword": "Other-Horse-2"}},
        {"priority": "Spot"},
    ):
        with pytest.raises(HttpResponseError) as refused:
            vms.begin_update(GROUP, "one", {"properties": properties})
        assert code(refused) == "PropertyChangeNotAllowed"
    azure.server.account.switches.cluster_sizes = ["Standard_D2s_v5"]
    larger = {"properties": {"hardwareProfile": {"vmSize": "Standard_D4s_v5"}}}
    with pytest.raises(HttpResponseError) as refused:
        vms.begin_update(GROUP, "one", larger)
    assert code(refused) == "OperationNotAllowed"
    vms.begin_deallocate(GROUP, "one").result()
    assert (
        vms.begin_update(GROUP, "one", larger).result().hardware_profile.vm_size
        == "Standard_D4s_v5"
    )


def test_the_console_is_behind_a_url(azure: Clients) -> None:
    vm = azure.vm("one", azure.subnet()).result()
    azure.raw("PUT", f"/_local/console?id={vm.id}", b"booted\n")
    told = azure.compute.virtual_machines.retrieve_boot_diagnostics_data(GROUP, "one")
    assert azure.raw("GET", told.serial_console_log_blob_uri)[2] == b"booted\n"
    azure.server.account.clock.advance(3 * 3600)
    assert azure.raw("GET", told.serial_console_log_blob_uri)[0] == 403


def test_a_machine_being_deleted_takes_only_a_delete(azure: Clients) -> None:
    azure.vm("one", azure.subnet()).result()
    azure.server.account.switches.transition_seconds = 30
    azure.compute.virtual_machines.begin_delete(GROUP, "one", polling=False)
    with pytest.raises(HttpResponseError) as refused:
        azure.compute.virtual_machines.begin_start(GROUP, "one")
    assert code(refused) == "OperationNotAllowed"
    azure.compute.virtual_machines.begin_delete(GROUP, "one", polling=False)
    azure.server.account.clock.advance(31)
    assert list(azure.compute.virtual_machines.list(GROUP)) == []
