"""The real SDKs, on one local subscription."""

from __future__ import annotations

import json
import ssl
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from azure.identity import ClientSecretCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from infra.local.azure_account import Server

GROUP = "novacron"
PLACE = {"location": "westeurope"}
PASSWORD = "Correct-Horse-1"


class Clients:
    def __init__(self, server: Server) -> None:
        self.server = server
        options = server.account.options
        self.credential = ClientSecretCredential(
            options.tenant_id,
            options.client_id,
            options.client_secret,
            authority=server.url,
            disable_instance_discovery=True,
            connection_verify=server.ca_file,
        )
        self.arguments: dict[str, Any] = {
            "credential": self.credential,
            "subscription_id": options.subscription_id,
            "base_url": server.url,
            "credential_scopes": [f"{server.url}/.default"],
            "connection_verify": server.ca_file,
            "polling_interval": 0,
            "retry_total": 0,
        }
        # Any: the SDKs take plain dicts, and their types do not say so.
        self.compute: Any = ComputeManagementClient(**self.arguments)
        self.network: Any = NetworkManagementClient(**self.arguments)
        self.resources: Any = ResourceManagementClient(**self.arguments)

    def id(self, kind: str, name: str) -> str:
        return f"{self.server.account.root}/resourceGroups/{GROUP}/providers/{kind}/{name}"

    def subnet(self, name: str = "net") -> str:
        """A network with one subnet; the subnet's id."""
        body = {
            **PLACE,
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [{"name": "inner", "properties": {"addressPrefix": "10.0.1.0/24"}}],
            },
        }
        made = self.network.virtual_networks.begin_create_or_update(GROUP, name, body).result()
        return str(made.subnets[0].id)

    def vm(self, name: str, subnet: str, **properties: Any) -> Any:
        """A poller of a Debian machine whose interface, address and disk go with it."""
        body = {**PLACE, "tags": {"owner": "test"}, "properties": machine(subnet) | properties}
        return self.compute.virtual_machines.begin_create_or_update(GROUP, name, body)

    def disk(self, name: str, size: int = 1, **properties: Any) -> Any:
        told = {"creationData": {"createOption": "Empty"}, "diskSizeGB": size} | properties
        body = {**PLACE, "properties": told}
        return self.compute.disks.begin_create_or_update(GROUP, name, body).result()

    def power(self, name: str) -> list[str]:
        view = self.compute.virtual_machines.instance_view(GROUP, name)
        return [status.code for status in view.statuses]

    def raw(
        self, method: str, url: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any, bytes]:
        """(status, headers, body) of a plain request; ``url`` may be a path of this server."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        url = self.server.url + url if url.startswith("/") else url
        request = Request(url, data, headers or {}, method=method)
        context = ssl.create_default_context(cafile=self.server.ca_file)
        try:
            with urlopen(request, context=context) as answer:
                return answer.status, answer.headers, answer.read()
        except HTTPError as e:
            return e.code, e.headers, e.read()

    def arm(self, method: str, url: str, body: Any = None) -> tuple[int, Any, Any]:
        token = self.credential.get_token(f"{self.server.url}/.default").token
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        status, told, found = self.raw(method, url, body, headers)
        return status, told, json.loads(found) if found else None


def machine(subnet: str, size: str = "Standard_D2s_v5") -> dict[str, Any]:
    public = {"publicIPAllocationMethod": "Static", "deleteOption": "Delete"}
    address = {"name": "public", "sku": {"name": "Standard"}, "properties": public}
    inner = {"subnet": {"id": subnet}, "publicIPAddressConfiguration": address}
    ips = [{"name": "first", "properties": inner}]
    interface = {"primary": True, "deleteOption": "Delete", "ipConfigurations": ips}
    image = {"publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}
    return {
        "hardwareProfile": {"vmSize": size},
        "storageProfile": {
            "imageReference": image,
            "osDisk": {"createOption": "FromImage", "deleteOption": "Delete"},
        },
        "osProfile": {
            "computerName": "guest",
            "adminUsername": "nova",
            "adminPassword": PASSWORD,
            "customData": "c2VjcmV0",
        },
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
        "networkProfile": {
            "networkApiVersion": "2020-11-01",
            "networkInterfaceConfigurations": [{"name": "nic", "properties": interface}],
        },
    }
