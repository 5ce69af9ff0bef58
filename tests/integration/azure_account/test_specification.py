"""What goes over the wire is as Microsoft describes it, and what is not so is noticed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from infra.local.azure_account import start_in_thread
from tests.integration.azure_account.clients import GROUP, PLACE, Clients
from tests.integration.azure_account.specification import Specification, described, put_complaints
from tests.integration.azure_account.test_networks import rule


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The exchanges of one long flow over every family."""
    folder = tmp_path_factory.mktemp("azure")
    server = start_in_thread(folder)
    server.account.switches.retry_after = 0
    server.account.switches.exchanges = str(folder / "exchanges.jsonl")
    _flow(Clients(server))
    server.stop()
    lines = Path(folder / "exchanges.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def specification() -> Specification:
    return Specification()


def _flow(azure: Clients) -> None:
    compute, network = azure.compute, azure.network
    vms = compute.virtual_machines
    subnet = azure.subnet()
    nsg = {**PLACE, "properties": {"securityRules": [rule("ssh", 100)]}}
    network.network_security_groups.begin_create_or_update(GROUP, "nsg", nsg).result()
    network.security_rules.begin_create_or_update(
        GROUP, "nsg", "web", rule("web", 110, destinationPortRange="443")
    ).result()
    azure.vm("one", subnet).result()
    disk = azure.disk("data").id
    told = [{"lun": 0, "createOption": "Attach", "managedDisk": {"id": disk}}]
    vms.begin_update(GROUP, "one", {"properties": {"storageProfile": {"dataDisks": told}}}).result()
    for begin in (vms.begin_restart, vms.begin_power_off, vms.begin_deallocate, vms.begin_start):
        begin(GROUP, "one").result()
    vms.get(GROUP, "one", expand="instanceView")
    vms.retrieve_boot_diagnostics_data(GROUP, "one")
    creation = {"createOption": "Copy", "sourceResourceId": disk}
    body = {**PLACE, "properties": {"creationData": creation, "incremental": True}}
    snapshot = compute.snapshots.begin_create_or_update(GROUP, "snap", body).result()
    read = {"access": "Read", "durationInSeconds": 60}
    compute.snapshots.begin_grant_access(GROUP, "snap", read).result()
    compute.snapshots.begin_revoke_access(GROUP, "snap").result()
    inner = {"osType": "Linux", "osState": "Generalized", "snapshot": {"id": snapshot.id}}
    image = {**PLACE, "properties": {"storageProfile": {"osDisk": inner}}}
    compute.images.begin_create_or_update(GROUP, "image", image).result()
    _lists(azure)
    with pytest.raises(HttpResponseError):
        compute.disks.begin_delete(GROUP, "data")
    vms.begin_delete(GROUP, "one").result()
    for part, name in (
        (compute.images, "image"),
        (compute.snapshots, "snap"),
        (compute.disks, "data"),
    ):
        part.begin_delete(GROUP, name).result()
    network.network_security_groups.begin_delete(GROUP, "nsg").result()
    network.virtual_networks.begin_delete(GROUP, "net").result()


def _lists(azure: Clients) -> None:
    compute, network = azure.compute, azure.network
    for listed in (
        compute.virtual_machines.list(GROUP),
        compute.virtual_machines.list_all(),
        compute.virtual_machines.list_all(status_only="true"),
        compute.virtual_machines.list_available_sizes(GROUP, "one"),
        compute.disks.list(),
        compute.disks.list_by_resource_group(GROUP),
        compute.snapshots.list(),
        compute.images.list(),
        compute.usage.list("westeurope"),
        compute.virtual_machine_sizes.list("westeurope"),
        compute.virtual_machine_images.list_publishers("westeurope"),
        network.network_interfaces.list_all(),
        network.public_ip_addresses.list(GROUP),
        network.virtual_networks.list_all(),
        network.subnets.list(GROUP, "net"),
        network.network_security_groups.list(GROUP),
        network.security_rules.list(GROUP, "nsg"),
    ):
        assert list(listed)
    compute.virtual_machine_images.get("westeurope", "Debian", "debian-12", "12", "latest")


def test_every_exchange_is_as_described(
    recorded: list[dict[str, Any]], specification: Specification
) -> None:
    assert len({exchange["operation"] for exchange in recorded if described(exchange)}) > 40
    assert [(e["operation"], c) for e in recorded for c in specification.complaints(e)] == []


def test_every_body_that_is_put_is_as_the_newest_schemas_say(
    recorded: list[dict[str, Any]],
) -> None:
    puts = [e for e in recorded if e["method"] == "PUT" and described(e)]
    assert len(puts) > 6
    assert [(e["operation"], c) for e in puts for c in put_complaints(e)] == []


Mutation = Callable[[dict[str, Any]], None]


def _drop_headers(exchange: dict[str, Any]) -> None:
    exchange["headers"] = {}


def _rename(exchange: dict[str, Any]) -> None:
    told = exchange["response"]["properties"]
    told["hardwareProfil"] = told.pop("hardwareProfile")


def _secret(exchange: dict[str, Any]) -> None:
    exchange["response"]["properties"]["osProfile"]["adminPassword"] = "Correct-Horse-1"


def _bad_enum(exchange: dict[str, Any]) -> None:
    exchange["response"]["properties"]["storageProfile"]["osDisk"]["caching"] = "Sometimes"


def _wrong_type(exchange: dict[str, Any]) -> None:
    exchange["response"]["properties"]["storageProfile"]["osDisk"]["diskSizeGB"] = "30"


def _no_location(exchange: dict[str, Any]) -> None:
    del exchange["response"]["location"]


def _status(exchange: dict[str, Any]) -> None:
    exchange["status"] = 203


def _no_version(exchange: dict[str, Any]) -> None:
    exchange["query"] = {}


def _wrong_path(exchange: dict[str, Any]) -> None:
    exchange["path"] = exchange["path"].replace("virtualMachines", "virtualMachine")


def _list_for_object(exchange: dict[str, Any]) -> None:
    exchange["response"] = [exchange["response"]]


def _bad_request(exchange: dict[str, Any]) -> None:
    exchange["request"]["properties"]["osProfile"]["computerName"] = 7


def _bare_error(exchange: dict[str, Any]) -> None:
    exchange["status"], exchange["response"] = 409, {"code": "Conflict"}


@pytest.mark.parametrize(
    "mutate",
    [
        _drop_headers,
        _rename,
        _secret,
        _bad_enum,
        _wrong_type,
        _no_location,
        _status,
        _no_version,
        _wrong_path,
        _list_for_object,
        _bad_request,
        _bare_error,
    ],
)
def test_a_changed_exchange_is_noticed(
    recorded: list[dict[str, Any]], specification: Specification, mutate: Mutation
) -> None:
    original = next(e for e in recorded if e["operation"] == "VirtualMachines_CreateOrUpdate")
    changed = copy.deepcopy(original)
    mutate(changed)
    assert specification.complaints(original) == []
    assert specification.complaints(changed) != []
