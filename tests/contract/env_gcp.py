"""Google Cloud: the real SDK against the strict local project, with a service account's key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.google_project import start_in_thread
from novacron.providers.gcp.provider import GcpProvider
from tests.contract.env import Env

REASON_TO_SKIP: str | None = None
REGION = "us-central1"
TRANSITION = 5.0


@contextmanager
def open_env(folder: Path) -> Iterator[Env]:
    server = start_in_thread(folder, transition_describes=0)
    project = server.project
    project.switches.transition_seconds = TRANSITION

    def settle() -> None:
        project.clock.advance(2 * TRANSITION)

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
        )
    finally:
        server.stop()
