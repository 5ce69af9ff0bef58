"""Google Cloud: the real SDK against the strict local project, with a service account's key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.google_project import start_in_thread
from novacron.providers.gcp.provider import GcpProvider
from tests.contract.env import Env
from tests.contract.wire import Wire
from tests.integration.google_project.discovery import faults

REASON_TO_SKIP: str | None = None
REGION = "us-central1"
SECTOR = 512
TRANSITION = 5.0


@contextmanager
def open_env(folder: Path) -> Iterator[Env]:
    server = start_in_thread(folder, transition_describes=0)
    project = server.project
    project.switches.transition_seconds = TRANSITION
    project.recorder.on = True

    def settle() -> None:
        project.clock.advance(2 * TRANSITION)

    def block(volume_id: str, index: int) -> tuple[str, int]:
        zone, _, name = volume_id.partition("/")
        path = f"{project.root}/zones/{zone}/disks/{name}"
        return project.store.get(path)["id"], index * SECTOR

    def write_block(volume_id: str, index: int, data: bytes) -> None:
        project.blocks.write(*block(volume_id, index), data)

    def read_block(volume_id: str, index: int) -> bytes:
        return project.blocks.read(*block(volume_id, index), SECTOR)

    settings = {
        "project": project.project_id,
        "region": REGION,
        "endpoint_url": server.url,
        "monitoring_url": server.url,
        "token_uri": f"{server.url}/token",
    }
    secret = {"service_account_key": json.dumps(server.service_account_key)}
    try:
        yield Env(
            name="gcp",
            provider=GcpProvider.from_settings(settings, secret),
            region=REGION,
            image="debian-12",
            settle=settle,
            zone=f"{REGION}-a",
            instance_type="e2-micro",
            other_type="e2-small",
            image_holds_snapshot=False,
            write_block=write_block,
            read_block=read_block,
            wire=Wire(project.recorder.file, lambda exchange: list(faults(exchange))),
        )
    finally:
        server.stop()
