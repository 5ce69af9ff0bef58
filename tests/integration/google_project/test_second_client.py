"""google-api-python-client, built from the discovery document alone, drives the main flows; what
went over the wire is then held against that document, and changed in ways that must be caught."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import google_auth_httplib2
import httplib2
import pytest
import requests
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from tests.integration.google_project.cloud import DEBIAN, PROJECT, REGION, ZONE, Cloud
from tests.integration.google_project.discovery import Exchange, document, faults

AT = {"project": PROJECT, "zone": ZONE}


def drive(cloud: Cloud) -> None:
    """Network, rule, disk, instance, snapshot, image, and the way back."""
    http = google_auth_httplib2.AuthorizedHttp(cloud.credentials, httplib2.Http(timeout=10))
    local = document() | {"rootUrl": cloud.server.url + "/"}
    # As text: the builder writes into a document that it is given as an object.
    api = build_from_document(json.dumps(local), http=http)

    def run(request: Any) -> Any:
        return request.execute()

    here = {"project": PROJECT, "region": REGION}
    network = {"name": "net", "autoCreateSubnetworks": False}
    run(api.networks().insert(project=PROJECT, body=network))
    subnet = {"name": "sub", "network": "global/networks/net", "ipCidrRange": "10.1.0.0/24"}
    run(api.subnetworks().insert(**here, body=subnet))
    rule = {"name": "ssh", "network": "global/networks/net"}
    rule |= {"allowed": [{"IPProtocol": "tcp", "ports": ["22"]}]}  # type: ignore[dict-item]
    run(api.firewalls().insert(project=PROJECT, body=rule))
    run(api.disks().insert(**AT, body={"name": "data", "sizeGb": "10", "labels": {"a": "b"}}))
    vm = {
        "name": "vm",
        "machineType": f"zones/{ZONE}/machineTypes/e2-small",
        "disks": [{"boot": True, "autoDelete": True, "initializeParams": {"sourceImage": DEBIAN}}],
        "networkInterfaces": [
            {
                "subnetwork": f"regions/{REGION}/subnetworks/sub",
                "accessConfigs": [{"type": "ONE_TO_ONE_NAT"}],
            }
        ],
        "tags": {"items": ["web"]},
        "metadata": {"items": [{"key": "k", "value": "v"}]},
    }
    begun = run(api.instances().insert(**AT, body=vm))
    run(api.zoneOperations().wait(**AT, operation=begun["name"]))
    run(api.zoneOperations().list(**AT, filter="operationType=insert"))
    source = {"source": f"zones/{ZONE}/disks/data", "deviceName": "data"}
    run(api.instances().attachDisk(**AT, instance="vm", body=source))
    run(api.instances().get(**AT, instance="vm"))
    run(api.instances().aggregatedList(project=PROJECT))
    run(api.instances().getSerialPortOutput(**AT, instance="vm"))
    run(api.disks().resize(**AT, disk="data", body={"sizeGb": "20"}))
    run(api.disks().createSnapshot(**AT, disk="data", body={"name": "snap"}))
    image = {"name": "image", "sourceSnapshot": "global/snapshots/snap"}
    run(api.images().insert(project=PROJECT, body=image))
    run(api.images().getFromFamily(project="debian-cloud", family="debian-13"))
    for reads in (api.snapshots(), api.images(), api.networks(), api.firewalls()):
        assert run(reads.list(project=PROJECT))["items"]
    run(api.subnetworks().aggregatedList(project=PROJECT))
    run(api.regions().get(**here))
    run(api.zones().list(project=PROJECT))
    run(api.machineTypes().list(**AT))
    with pytest.raises(HttpError):
        run(api.disks().delete(**AT, disk="data"))
    with pytest.raises(HttpError):
        run(api.instances().get(**AT, instance="none"))
    run(api.instances().detachDisk(**AT, instance="vm", deviceName="data"))
    run(api.instances().stop(**AT, instance="vm"))
    run(api.instances().delete(**AT, instance="vm"))
    run(api.disks().delete(**AT, disk="data"))
    run(api.snapshots().delete(project=PROJECT, snapshot="snap"))
    run(api.images().delete(project=PROJECT, image="image"))
    run(api.firewalls().delete(project=PROJECT, firewall="ssh"))
    run(api.subnetworks().delete(**here, subnetwork="sub"))
    run(api.networks().delete(project=PROJECT, network="net"))


def record(cloud: Cloud, flow: Callable[[Cloud], None]) -> list[Exchange]:
    control = f"{cloud.server.url}/_local/exchanges"
    file = requests.post(control, json={"on": True}, timeout=5).json()["file"]
    flow(cloud)
    requests.post(control, json={"on": False}, timeout=5)
    return [json.loads(line) for line in Path(file).read_text().splitlines()]


@pytest.fixture(scope="module")
def exchanges(cloud: Cloud) -> list[Exchange]:
    return record(cloud, drive)


def test_all_that_was_said_is_as_google_specifies(exchanges: list[Exchange]) -> None:
    assert len(exchanges) > 30
    wrong = [(e["method"], e["path"], list(faults(e))) for e in exchanges]
    assert [each for each in wrong if each[2]] == []


def test_the_sdk_s_requests_are_too(tmp_path: Path) -> None:
    with Cloud.open(tmp_path, transition_describes=1) as cloud:

        def flow(cloud: Cloud) -> None:
            vm = cloud.instance(labels={"a": "b"})
            cloud.disk(type_=f"zones/{ZONE}/diskTypes/pd-ssd")
            cloud.client("Instances").delete_unary(**AT, instance=vm.name)
            list(cloud.client("Instances").aggregated_list(project=PROJECT))

        found = record(cloud, flow)
    assert [fault for exchange in found for fault in faults(exchange)] == []


def find(exchanges: list[Exchange], method: str, ending: str, status: int = 200) -> Exchange:
    """A copy, to be changed."""
    for each in exchanges:
        if (each["method"], each["status"]) == (method, status) and each["path"].endswith(ending):
            return copy.deepcopy(each)
    raise AssertionError(f"nothing recorded of {method} {ending}")


# What is changed, in a recorded exchange: (method, end of the path, status), change.
VM, INSERT = ("GET", "/instances/vm", 200), ("POST", "/instances", 200)
MUTATIONS: dict[str, tuple[tuple[str, str, int], Callable[[Exchange], Any]]] = {
    "unknown field in a reply": (VM, lambda e: e["response"].update(state="RUNNING")),
    "unknown enum value": (VM, lambda e: e["response"].update(status="ACTIVE")),
    "number for a string": (VM, lambda e: e["response"].update(id=12)),
    "string for a flag": (VM, lambda e: e["response"].update(canIpForward="no")),
    "words for an int64": (VM, lambda e: e["response"].update(id="i-0123")),
    "no base64": (VM, lambda e: e["response"].update(labelFingerprint="*")),
    "object for a list": (VM, lambda e: e["response"].update(disks={})),
    "wrong kind": (VM, lambda e: e["response"].update(kind="compute#disk")),
    "bad field deep inside": (VM, lambda e: e["response"]["disks"][0].update(size="10")),
    "unknown field in a request": (INSERT, lambda e: e["request"].update(image="debian")),
    "progress beyond int32": (INSERT, lambda e: e["response"].update(progress=2**31)),
    "operation without a user": (INSERT, lambda e: e["response"].pop("user")),
    "missing body": (INSERT, lambda e: e.update(request=None)),
    "unknown parameter": (VM, lambda e: e["query"].append(["zone", "x"])),
    "unknown method": (VM, lambda e: e.update(method="PUT")),
    "path that does not match": (VM, lambda e: e.update(path=e["path"] + "_X")),
    "missing parameter": (("POST", "/detachDisk", 200), lambda e: e["query"].clear()),
    "error without a reason": (
        ("GET", "/instances/none", 404),
        lambda e: e["response"]["error"]["errors"][0].pop("reason"),
    ),
    "error with another status": (("GET", "/instances/none", 404), lambda e: e.update(status=400)),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_what_is_not_as_google_specifies_is_caught(exchanges: list[Exchange], name: str) -> None:
    (method, ending, status), change = MUTATIONS[name]
    exchange = find(exchanges, method, ending, status)
    assert not list(faults(exchange))
    change(exchange)
    assert list(faults(exchange))
