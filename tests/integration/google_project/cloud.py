"""The real SDK's clients for a local project, and the requests that most tests need."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.auth.transport.requests import AuthorizedSession
from google.cloud import compute_v1
from google.oauth2 import service_account

from infra.local.google_project import Server, start_in_thread

PROJECT, ZONE, REGION = "novacron-local", "us-central1-a", "us-central1"
SCOPES = ["https://www.googleapis.com/auth/cloud-platform"]
DEBIAN = "projects/debian-cloud/global/images/family/debian-12"
_numbers = itertools.count(1)


def new_name(kind: str) -> str:
    return f"{kind}-{next(_numbers)}"


def machine_type(name: str, zone: str = ZONE) -> str:
    return f"zones/{zone}/machineTypes/{name}"


def instance_body(name: str, **changes: Any) -> dict[str, Any]:
    """A small instance on the default network, as the SDK takes it."""
    boot = {
        "boot": True,
        "auto_delete": True,
        "initialize_params": {"source_image": DEBIAN, "disk_size_gb": 10},
    }
    return {
        "name": name,
        "machine_type": machine_type("e2-small"),
        "disks": [boot],
        "network_interfaces": [{"network": "global/networks/default"}],
        **changes,
    }


@dataclass
class Cloud:
    server: Server
    credentials: Any

    @staticmethod
    @contextmanager
    def open(folder: Path, **options: Any) -> Iterator[Cloud]:
        server = start_in_thread(folder, **{"transition_describes": 0, **options})
        credentials = service_account.Credentials.from_service_account_info(
            server.service_account_key, scopes=SCOPES
        )
        try:
            yield Cloud(server, credentials)
        finally:
            server.stop()

    def client(self, kind: str) -> Any:
        """By resource: "Instances" for an InstancesClient."""
        return getattr(compute_v1, f"{kind}Client")(
            credentials=self.credentials, client_options={"api_endpoint": self.server.url}
        )

    def session(self) -> AuthorizedSession:
        return AuthorizedSession(self.credentials)

    def instance(self, **changes: Any) -> Any:
        """A new one that runs."""
        name = new_name("vm")
        instances = self.client("Instances")
        instances.insert_unary(
            project=PROJECT, zone=ZONE, instance_resource=instance_body(name, **changes)
        )
        return instances.get(project=PROJECT, zone=ZONE, instance=name)

    def disk(self, **changes: Any) -> Any:
        """A new one that is ready."""
        name = new_name("disk")
        disks = self.client("Disks")
        body = {"name": name, "size_gb": 10, **changes}
        disks.insert_unary(project=PROJECT, zone=ZONE, disk_resource=body)
        return disks.get(project=PROJECT, zone=ZONE, disk=name)

    def operation(self, name: str) -> Any:
        client = self.client("ZoneOperations")
        return client.get(project=PROJECT, zone=ZONE, operation=name)


def reason(error: Any) -> str:
    """Google's reason of an SDK error: "notFound"."""
    return str(error.value.errors[0]["reason"])
