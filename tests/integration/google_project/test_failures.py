"""Quotas and faults: what fails at once, what fails later, and how it is told."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from google.api_core import exceptions

from infra.local.common.faults import Fault
from tests.integration.google_project.cloud import (
    PROJECT,
    REGION,
    ZONE,
    Cloud,
    instance_body,
    machine_type,
    new_name,
    reason,
)

AT = {"project": PROJECT, "zone": ZONE}


def usage(cloud: Cloud) -> dict[str, tuple[float, float]]:
    region = cloud.client("Regions").get(project=PROJECT, region=REGION)
    return {quota.metric: (quota.usage, quota.limit) for quota in region.quotas}


def test_usage_is_kept_up_to_date(cloud: Cloud) -> None:
    before = usage(cloud)
    vm = cloud.instance(machine_type=machine_type("n2-standard-4"))
    during = usage(cloud)
    assert during["CPUS"][0] == before["CPUS"][0] + 4
    assert during["DISKS_TOTAL_GB"][0] == before["DISKS_TOTAL_GB"][0] + 10
    cloud.client("Instances").stop_unary(**AT, instance=vm.name)
    stopped = usage(cloud)
    assert stopped["CPUS"] == before["CPUS"]
    assert stopped["INSTANCES"][0] == before["INSTANCES"][0] + 1


def test_a_quota_is_held_at_once_or_late(cloud: Cloud) -> None:
    instances, switches = cloud.client("Instances"), cloud.server.project.switches
    switches.quotas = {"CPUS": usage(cloud)["CPUS"][0] + 1}
    body = instance_body(new_name("vm"))
    with pytest.raises(exceptions.Forbidden, match="CPUS") as refused:
        instances.insert_unary(**AT, instance_resource=body)
    assert reason(refused) == "quotaExceeded"
    switches.async_quota = True
    begun = instances.insert_unary(**AT, instance_resource=body)
    switches.quotas, switches.async_quota = {}, False
    failed = cloud.operation(begun.name)
    assert (failed.error.errors[0].code, failed.http_error_status_code) == ("QUOTA_EXCEEDED", 403)


def test_an_insert_that_fails_late_leaves_nothing(cloud: Cloud) -> None:
    name, project = new_name("vm"), cloud.server.project
    fault = Fault("instances.insert", "ZONE_RESOURCE_POOL_EXHAUSTED", http_status=503)
    project.async_faults.add(fault)
    before = usage(cloud)
    begun = cloud.client("Instances").insert_unary(**AT, instance_resource=instance_body(name))
    failed = cloud.operation(begun.name)
    assert failed.status.name == "DONE"
    assert failed.error.errors[0].code == "ZONE_RESOURCE_POOL_EXHAUSTED"
    assert failed.http_error_message == "SERVICE UNAVAILABLE"
    for kind, key in (("Instances", "instance"), ("Disks", "disk")):
        with pytest.raises(exceptions.NotFound):
            cloud.client(kind).get(**AT, **{key: name})
    assert usage(cloud) == before


def test_a_start_that_fails_late_leaves_it_stopped(cloud: Cloud) -> None:
    vm, instances = cloud.instance(), cloud.client("Instances")
    instances.stop_unary(**AT, instance=vm.name)
    cloud.server.project.async_faults.add(Fault("instances.start", "STOCKOUT", http_status=503))
    instances.start_unary(**AT, instance=vm.name)
    assert instances.get(**AT, instance=vm.name).status == "TERMINATED"


@pytest.mark.parametrize("change", ["stop", "delete"])
def test_a_change_that_fails_late_leaves_it_running(cloud: Cloud, change: str) -> None:
    vm, instances = cloud.instance(), cloud.client("Instances")
    cloud.server.project.async_faults.add(Fault(f"instances.{change}", "RESOURCE_NOT_READY"))
    begun = getattr(instances, f"{change}_unary")(**AT, instance=vm.name)
    assert cloud.operation(begun.name).error.errors[0].code == "RESOURCE_NOT_READY"
    assert instances.get(**AT, instance=vm.name).status == "RUNNING"


@pytest.mark.parametrize(
    ("status", "why", "kind"),
    [
        (403, "rateLimitExceeded", exceptions.Forbidden),
        (503, "backendError", exceptions.ServiceUnavailable),
        (500, "internalError", exceptions.InternalServerError),
    ],
)
def test_a_fault_fails_one_request(cloud: Cloud, status: int, why: str, kind: Any) -> None:
    cloud.server.project.faults.add(Fault("instances.stop", why, http_status=status, retry_after=7))
    vm, instances = cloud.instance(), cloud.client("Instances")
    with pytest.raises(kind) as failed:
        instances.stop_unary(**AT, instance=vm.name)
    assert reason(failed) == why
    assert failed.value.response.headers["Retry-After"] == "7"
    instances.stop_unary(**AT, instance=vm.name)


def test_an_answer_can_be_lost_after_the_work(cloud: Cloud) -> None:
    fault = Fault("instances.insert", "CONNECTION_RESET", when="after")
    cloud.server.project.faults.add(fault)
    name, instances = new_name("vm"), cloud.client("Instances")
    with pytest.raises((requests.ConnectionError, exceptions.GoogleAPICallError)):
        instances.insert_unary(**AT, instance_resource=instance_body(name))
    assert instances.get(**AT, instance=name).status == "RUNNING"


def test_an_answer_can_be_slow(cloud: Cloud) -> None:
    fault = {"operation": "zones.list", "code": "SLOW_REPLY", "retry_after": 5}
    control = f"{cloud.server.url}/_local/faults"
    requests.post(control, json=fault, timeout=5).raise_for_status()
    with pytest.raises(requests.Timeout):
        cloud.session().get(f"{cloud.server.url}/compute/v1/projects/{PROJECT}/zones", timeout=0.05)


def test_operations_are_listed_by_target_and_type(cloud: Cloud) -> None:
    vm, operations = cloud.instance(), cloud.client("ZoneOperations")
    expression = f'(targetLink = "{vm.self_link}") (operationType = insert)'
    found = list(operations.list(request={**AT, "filter": expression}))
    assert [each.target_id for each in found] == [vm.id]
    waited = operations.wait(**AT, operation=found[0].name)
    assert waited.status.name == "DONE"
    assert waited.user == cloud.server.service_account_key["client_email"]
