"""The service as such: operations that are kept, faults on demand, restarts, what is on offer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import (
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.mgmt.monitor import MonitorManagementClient

from infra.local.azure_account import ArmFault, start_in_thread
from tests.integration.azure_account.clients import GROUP, PLACE, Clients
from tests.integration.azure_account.test_networks import code

_DISK = {**PLACE, "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1}}


def test_a_client_that_keeps_the_urls_learns_how_it_ended(azure: Clients) -> None:
    azure.server.account.switches.transition_seconds = 10
    azure.server.account.switches.retry_after = 7
    path = azure.id("Microsoft.Compute/disks", "data") + "?api-version=2026-03-02"
    status, headers, body = azure.arm("PUT", path, _DISK)
    assert (status, body["properties"]["provisioningState"]) == (202, "Creating")
    assert headers["Retry-After"] == "7"
    kept, location = headers["Azure-AsyncOperation"], headers["Location"]
    assert azure.arm("GET", kept)[2]["status"] == "InProgress"
    assert azure.arm("GET", location)[0] == 202
    azure.server.account.clock.advance(10)
    assert azure.arm("GET", kept)[2]["status"] == "Succeeded"
    assert azure.arm("GET", location)[2]["properties"]["diskState"] == "Unattached"


def test_an_operation_that_fails_later_says_so_under_both_urls(azure: Clients) -> None:
    azure.server.account.faults.add(ArmFault("Disks_CreateOrUpdate", "InternalError", when="async"))
    path = azure.id("Microsoft.Compute/disks", "data") + "?api-version=2026-03-02"
    _, headers, _ = azure.arm("PUT", path, _DISK)
    for _ in range(2):
        azure.arm("GET", path)
    told = azure.arm("GET", headers["Azure-AsyncOperation"])[2]
    assert (told["status"], told["error"]["code"]) == ("Failed", "InternalError")
    status, _, body = azure.arm("GET", headers["Location"])
    assert (status, body["error"]["code"]) == (409, "InternalError")


def test_faults_before_after_and_of_the_connection(azure: Clients) -> None:
    faults = azure.server.account.faults
    faults.add(ArmFault("Disks_Get", "TooManyRequests", http_status=429, retry_after=9))
    with pytest.raises(HttpResponseError) as refused:
        azure.compute.disks.get(GROUP, "data")
    answer: Any = refused.value.response
    assert answer.headers["Retry-After"] == "9"
    faults.add(
        ArmFault("Disks_CreateOrUpdate", "InternalServerError", http_status=500, when="after")
    )
    with pytest.raises(HttpResponseError):
        azure.disk("data")
    assert azure.compute.disks.get(GROUP, "data").name == "data"
    faults.add(ArmFault("*", "", kind="reset", when="after"))
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        azure.compute.disks.begin_delete(GROUP, "data", polling=False)
    azure.compute.disks.get(GROUP, "data")
    with pytest.raises(ResourceNotFoundError):
        azure.compute.disks.get(GROUP, "data")


def test_a_restart_finds_everything_again(tmp_path: Path) -> None:
    server = start_in_thread(tmp_path)
    server.account.switches.retry_after = 0
    azure = Clients(server)
    disk = azure.disk("data").id
    azure.raw("PUT", f"/_local/data?id={disk}&offset=4096", b"kept")
    body = {**PLACE, "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 2}}
    azure.compute.disks.begin_create_or_update(GROUP, "late", body, polling=False)
    server.stop()
    again = start_in_thread(tmp_path)
    azure = Clients(again)
    assert azure.compute.disks.get(GROUP, "late").provisioning_state == "Creating"
    assert azure.compute.disks.get(GROUP, "late").provisioning_state == "Succeeded"
    assert azure.raw("GET", f"/_local/data?id={disk}&offset=4096&length=4")[2] == b"kept"
    again.stop()


def test_what_does_not_exist_is_not_found(azure: Clients) -> None:
    for call, expected in (
        (lambda: azure.compute.disks.get(GROUP, "none"), "ResourceNotFound"),
        (lambda: azure.compute.disks.get("none", "none"), "ResourceGroupNotFound"),
        (lambda: azure.resources.resource_groups.get("none"), "ResourceGroupNotFound"),
    ):
        with pytest.raises(ResourceNotFoundError) as missing:
            call()  # type: ignore[no-untyped-call]
        assert code(missing) == expected
    status, _, body = azure.arm("GET", "/subscriptions/other?api-version=2022-12-01")
    assert (status, body["error"]["code"]) == (404, "SubscriptionNotFound")
    azure.compute.disks.begin_delete(GROUP, "none").result()


def test_a_resource_group_goes_with_all_that_is_in_it(azure: Clients) -> None:
    groups = azure.resources.resource_groups
    groups.create_or_update("other", {**PLACE, "tags": {"a": "b"}})
    assert groups.check_existence("other")
    azure.compute.disks.begin_create_or_update("other", "data", _DISK).result()
    found = azure.resources.resources.list_by_resource_group("other")
    assert [one.type for one in found] == ["Microsoft.Compute/disks"]
    groups.begin_delete("other").result()
    assert not groups.check_existence("other")
    assert list(azure.compute.disks.list()) == []


def test_metrics_are_those_that_were_set(azure: Clients) -> None:
    vm = azure.vm("one", azure.subnet()).result()
    azure.raw("POST", f"/_local/metrics?id={vm.id}", {"Percentage CPU": 12.5})
    last = datetime.fromisoformat(azure.server.account.timestamp())
    span = f"{last - timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}/{last:%Y-%m-%dT%H:%M:%SZ}"
    monitor: Any = MonitorManagementClient(**azure.arguments)
    told = monitor.metrics.list(
        vm.id,
        timespan=span,
        interval="PT5M",
        metricnames="Percentage CPU,Network In Total",
        aggregation="Average",
    )
    values = {m.name.value: [p.average for p in m.timeseries[0].data] for m in told.value}
    assert values == {"Percentage CPU": [12.5, 12.5], "Network In Total": [None, None]}


def test_what_is_on_offer(azure: Clients) -> None:
    compute = azure.compute
    skus = {sku.name: sku for sku in compute.resource_skus.list(filter="location eq 'westeurope'")}
    assert skus["Standard_D2s_v5"].location_info[0].zones == ["1", "2", "3"]
    offers = compute.virtual_machine_images.list_offers("westeurope", "Canonical")
    assert "ubuntu-24_04-lts" in [offer.name for offer in offers]
    usages = {usage.name.value: usage.limit for usage in compute.usage.list("westeurope")}
    assert usages["cores"] == 100
    named = {usage.name.value for usage in azure.network.usages.list("westeurope")}
    assert "PublicIPAddresses" in named


def test_every_modelled_file_names_the_page_it_follows() -> None:
    root = Path(__file__).parents[3] / "infra" / "local" / "azure_account"
    for file in [*root.glob("disks/*.py"), *root.glob("networks/*.py"), *root.glob("vms/*.py")]:
        if file.stem not in ("__init__", "content", "ranges", "plan", "creating"):
            assert re.search(r"https://\S*(microsoft\.com|rfc-editor)", file.read_text()), file.name
