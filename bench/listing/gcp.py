"""Compute Engine: the raw SDK's aggregated list, and Libcloud's driver."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.listing.subject import OWNER, VMS, Subject, Way
from infra.local.google_project import Server, start_in_thread
from novacron.models.vm import VmSpec
from novacron.providers.gcp.provider import GcpProvider

PAGE = 500
"""Compute Engine's largest."""
REGION = "us-central1"


@contextmanager
def opened(folder: Path) -> Iterator[Subject]:
    server = start_in_thread(folder, transition_describes=0, persist=False)
    try:
        provider = _provider(server)
        spec = VmSpec(name="vm", region=REGION, image="debian-12", instance_type="e2-micro")
        _fill(server, provider.create_vm(spec, OWNER).id)
        client = _client(server)
        request = {"project": server.project.project_id, "max_results": PAGE}
        others: dict[str, Way | str] = {"Apache Libcloud": _libcloud(server, folder)}
        yield Subject("gcp", provider, PAGE, lambda: _raw(client, request), others)
    finally:
        server.stop()


def _provider(server: Server) -> GcpProvider:
    settings = {
        "project": server.project.project_id,
        "region": REGION,
        "endpoint_url": server.url,
        "token_uri": f"{server.url}/token",
    }
    key = json.dumps(server.service_account_key)
    return GcpProvider.from_settings(settings, {"service_account_key": key})


def _fill(server: Server, vm_id: str) -> None:
    """Copies of a VM that was made, each with a disk of its own."""
    project = server.project
    zone, _, name = vm_id.partition("/")
    root = f"{project.root}/zones/{zone}"
    instance = project.store.items[f"{root}/instances/{name}"]
    (entry,) = instance["disks"]
    disk_path = f"projects/{entry['source'].partition('/projects/')[2]}"
    disk = project.store.items[disk_path]
    for number in range(1, VMS):
        for path, body in ((f"{root}/instances/{name}", instance), (disk_path, disk)):
            copied = json.loads(json.dumps(body).replace(name, f"{name[:40]}-{number}"))
            copied["id"] = str(int(body["id"]) + number)
            project.store.items[path.replace(name, f"{name[:40]}-{number}")] = copied


def _credentials(server: Server) -> Any:
    from google.oauth2.service_account import Credentials

    scopes = ["https://www.googleapis.com/auth/compute"]
    return Credentials.from_service_account_info(server.service_account_key, scopes=scopes)


def _client(server: Server) -> Any:
    from google.cloud.compute_v1 import InstancesClient

    options = {"api_endpoint": server.url}
    return InstancesClient(credentials=_credentials(server), client_options=options)


def _raw(client: Any, request: dict[str, Any]) -> int:
    found = client.aggregated_list(request=copy.copy(request))
    return sum(len(content.instances) for _, content in found)


def _libcloud(server: Server, folder: Path) -> Way:
    """Its log-in has a fixed address; it takes a token that is kept in a file."""
    from google.auth.transport.requests import Request
    from libcloud.compute.drivers.gce import GCENodeDriver

    credentials = _credentials(server)
    credentials.refresh(Request())
    token = {"access_token": credentials.token, "expire_time": "2099-01-01T00:00:00Z"}
    kept = folder / "token.json"
    kept.write_text(json.dumps(token))
    key, at = server.service_account_key, urlsplit(server.url)
    driver = GCENodeDriver(
        key["client_email"],
        key["private_key"],
        project=server.project.project_id,
        credential_file=str(kept),
        secure=False,
    )
    # The driver's own arguments for these do not reach its connection.
    driver.connection.host, driver.connection.port = str(at.hostname), int(at.port or 80)
    driver.connection.connect()
    return lambda: len(driver.list_nodes())
