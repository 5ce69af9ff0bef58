"""Microsoft's own examples, sent by a second client that knows nothing of our code.

Names, places and references are brought to what the local subscription has; the rest goes as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.azure_account import start_in_thread
from tests.integration.azure_account.clients import GROUP, PASSWORD, PLACE, Clients
from tests.integration.azure_account.specification import FOLDER, Specification

_SPECIFICATION = Specification()
_EXAMPLES = sorted((FOLDER / "examples").glob("*.json"))
_IMAGE = {"publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}
_VERSION = "/subscriptions/x/providers/Microsoft.Compute/Locations/westeurope/Publishers/Debian"
_VERSION += "/ArtifactTypes/VMImage/Offers/debian-12/Skus/12-gen2/Versions/latest"
# What is not offered here, as it is or any longer: availability sets, dedicated hosts, Basic
# addresses (retired 2025-09-30), diagnostics into a storage account.
_LEFT_OUT = ("availabilitySet", "diskAccessId", "purchasePlan", "plan")


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    server = start_in_thread(tmp_path_factory.mktemp("azure"), transition_describes=0)
    server.account.switches.quotas = {"cores": 1000}
    clients = Clients(server)
    _world(clients)
    yield clients
    server.stop()


def _world(azure: Clients) -> None:
    """What the examples refer to."""
    azure.subnet("example")
    azure.disk("example", osType="Linux")
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    wide: dict[str, Any] = {**PLACE, "properties": space}
    azure.network.virtual_networks.begin_create_or_update(GROUP, "wide", wide).result()
    static = {"publicIPAllocationMethod": "Static"}
    address: dict[str, Any] = {**PLACE, "sku": {"name": "Standard"}, "properties": static}
    azure.network.public_ip_addresses.begin_create_or_update(GROUP, "example", address).result()
    _new_nic(azure, "example")
    nsg: dict[str, Any] = {**PLACE, "properties": {}}
    azure.network.network_security_groups.begin_create_or_update(GROUP, "example", nsg).result()
    source = azure.id("Microsoft.Compute/disks", "example")
    creation = {"createOption": "Copy", "sourceResourceId": source}
    body: dict[str, Any] = {**PLACE, "properties": {"creationData": creation}}
    azure.compute.snapshots.begin_create_or_update(GROUP, "example", body).result()
    inner = {"osType": "Linux", "osState": "Generalized", "managedDisk": {"id": source}}
    body = {**PLACE, "properties": {"storageProfile": {"osDisk": inner}}}
    azure.compute.images.begin_create_or_update(GROUP, "example", body).result()


def _new_nic(azure: Clients, name: str) -> str:
    subnet = azure.id("Microsoft.Network/virtualNetworks", "example") + "/subnets/inner"
    ips = [{"name": "a", "properties": {"subnet": {"id": subnet}}}]
    body = {**PLACE, "properties": {"ipConfigurations": ips}}
    made = azure.network.network_interfaces.begin_create_or_update(GROUP, name, body).result()
    return str(made.id)


def _adapted(azure: Clients, node: Any, name: str, key: str = "") -> Any:
    if isinstance(node, list):
        return [_adapted(azure, item, name) for item in node]
    if isinstance(node, str):
        return _text(azure, node, name, key)
    if not isinstance(node, dict):
        return node
    if key == "imageReference" and "publisher" in node:
        return _IMAGE
    if key == "bootDiagnostics":
        node = {"enabled": True}
    if key == "sku" and node.get("name") == "Basic":
        node = {"name": "Standard"}
    kept = {n: v for n, v in node.items() if n not in _LEFT_OUT}
    return {n: _adapted(azure, v, name, n) for n, v in kept.items()}


def _text(azure: Clients, told: str, name: str, key: str) -> str:
    if key == "location":
        return "westeurope"
    if key == "name" and told == "myVMosdisk":
        return f"{name}-os"
    if key == "adminPassword":
        return PASSWORD
    if key == "publicIPAllocationMethod":
        return "Static"
    if "/Publishers/" in told:
        return _VERSION
    match = re.search(r"/providers/(Microsoft\.\w+)/(\w+)/[^/]+(/.*)?$", told, re.IGNORECASE)
    if key in ("id", "sourceResourceId") and match:
        provider, kind, rest = match.groups()
        if kind == "networkInterfaces":
            return _new_nic(azure, f"{name}-nic")
        inner = "/subnets/inner" if rest else ""
        return azure.id(f"{provider}/{kind}", "example") + inner
    return re.sub(r"\{([\w-]+)\}", r"\1", told)


def _operation(specification: Specification, example: dict[str, Any]) -> tuple[str, str]:
    """(path, method) whose path parameters are the example's names."""
    names = example["parameters"].keys()
    wanted = [
        (path, method)
        for path, method, told in specification.operations.values()
        if method in ("put", "patch")
        and set(re.findall(r"\{(\w+)\}", path)) <= set(names)
        and {p["name"] for p in told["parameters"] if p.get("in") == "body"} <= set(names)
    ]
    return max(wanted, key=lambda pair: (pair[0].count("{"), pair[1] == "put"))


@pytest.mark.parametrize("file", _EXAMPLES, ids=lambda file: file.stem)
def test_an_example_of_microsoft_is_accepted(azure: Clients, file: Path) -> None:
    example = json.loads(file.read_text())
    path, method = _operation(_SPECIFICATION, example)
    body = next(v for v in example["parameters"].values() if isinstance(v, dict))
    # The one that is changed, by a patch, or a new one beside it.
    changed = "location" not in body and not path.endswith(("/{subnetName}", "/{securityRuleName}"))
    name = "example" if changed else f"x{_EXAMPLES.index(file)}"
    names = {
        "networkSecurityGroupName": "example" if "securityRules" in path else name,
        "virtualNetworkName": "wide" if "/subnets/" in path else name,
        "resourceGroupName": GROUP,
        "subscriptionId": azure.server.account.subscription_id,
    }
    path = re.sub(r"\{(\w+)\}", lambda match: names.get(match[1], name), path)
    sent = _adapted(azure, body, name)
    if (sent.get("sku") or {}).get("name") == "UltraSSD_LRS":
        sent["zones"] = ["1"]
    if "/publicIPAddresses/" in path:
        sent.setdefault("sku", {"name": "Standard"})
        sent["properties"].setdefault("publicIPAllocationMethod", "Static")
    method = "PATCH" if changed else method.upper()
    status, _, answer = azure.arm(method, f"{path}?api-version=2026-04-01", sent)
    assert status in (200, 201, 202), answer
