"""Google Cloud: the real SDK against the strict local project, with a service account's key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from infra.local.google_project import Server, start_in_thread
from infra.local.google_project.dns import create
from infra.local.google_project.project import LocalProject
from infra.local.google_project.store import link
from infra.local.google_project.wire import Call
from novacron.models.base import Ownership
from novacron.models.commitment import CommitmentSpec
from novacron.models.vm import Vm
from novacron.providers.devices.provider import DevicesProvider
from novacron.providers.gcp.provider import GcpProvider
from novacron.providers.workers import AGENT, WORKER, WorkerSpec
from tests.contract.env import Env, SpotPoints
from tests.contract.wire import Wire
from tests.integration.google_project.discovery import faults

REASON_TO_SKIP: str | None = None
REGION = "us-central1"
SECTOR = 512
TRANSITION = 5.0
WORKER_OWNER = Ownership(tenant="contract", operation="op-gcp-worker")
WORKER_SPEC = WorkerSpec(
    name="worker", region=REGION, zone=f"{REGION}-a", startup_script="exec sleep infinity"
)


@contextmanager
def open_env(folder: Path) -> Iterator[Env]:
    server = start_in_thread(folder, transition_describes=0, guests={})
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

    workers: list[Vm] = []

    def lend(moved: Any) -> Any:
        """The one worker of the whole suite; what it runs is played by ``devices``."""
        if not workers:
            workers.append(provider.start_worker(WORKER_SPEC, WORKER_OWNER))
        return moved.model_copy(
            update={"access": {**moved.access, WORKER: workers[0].id, AGENT: "agent-0"}}
        )

    def devices(moved: Any) -> DevicesProvider:
        zone, _, name = moved.access[WORKER].partition("/")
        instance = project.store.get(f"{project.root}/zones/{zone}/instances/{name}")
        at = project.guests.folder(instance) / "devices"
        return DevicesProvider.from_settings({"folder": str(at)}, {})

    provider = _provider(server)
    try:
        yield Env(
            name="gcp",
            provider=provider,
            region=REGION,
            image="debian-12",
            settle=settle,
            zone=f"{REGION}-a",
            instance_type="e2-micro",
            other_type="e2-small",
            image_holds_snapshot=False,
            write_block=write_block,
            read_block=read_block,
            make_zone=partial(_make_zone, project),
            make_address=partial(_make_address, project, provider),
            hold_address=partial(_hold_address, project),
            make_reservation=partial(_make_reservation, provider, settle),
            reserved_type="e2-medium",
            commitment=CommitmentSpec(
                region=REGION,
                instance_type="n2-standard-2",
                count=2,
                term="1y",
                payment="monthly",
            ),
            tell_spot=partial(_tell_spot, project),
            spot_type="n2-standard-4",
            make_pool=partial(_make_pool, provider, settle),
            lend=lend,
            reader=devices,
            writer=devices,
            tells_changes=False,
            wire=Wire(project.recorder.file, lambda exchange: list(faults(exchange))),
        )
    finally:
        server.stop()


def _make_reservation(provider: GcpProvider, settle: Callable[[], None]) -> str:
    zone, told = f"{REGION}-a", {"count": 2, "instance_properties": {"machine_type": "e2-medium"}}
    asked = {"name": "kept", "specific_reservation": told}
    provider.call("reservations", "insert_unary", zone=zone, reservation_resource=asked)
    settle()
    return f"{zone}/kept"


def _tell_spot(project: LocalProject, points: SpotPoints) -> None:
    ends = [at for at, _ in points[1:]] + [points[-1][0] + timedelta(days=1)]
    prices = [
        {"interval": _interval(at, end), "listPrice": _money(price)}
        for (at, price), end in zip(points, ends, strict=True)
    ]
    days = [_interval(ends[-1], ends[-1] + timedelta(days=1))] * 2
    project.capacity_history[f"{REGION}/n2-standard-4"] = {
        "priceHistory": prices,
        "preemptionHistory": [
            {"interval": day, "preemptionRate": rate}
            for day, rate in zip(days, (0.05, 0.1), strict=True)
        ],
    }


def _money(price: Decimal) -> dict[str, object]:
    return {"currencyCode": "USD", "nanos": int(price * 10**9)}


def _interval(start: datetime, end: datetime) -> dict[str, str]:
    return {"startTime": start.isoformat(), "endTime": end.isoformat()}


def _make_pool(provider: GcpProvider, settle: Callable[[], None], name: str) -> str:
    """Of a global Application Load Balancer, on the default network, where VMs are put."""
    zone = f"{REGION}-a"
    group = {"network_endpoint_type": "GCE_VM_IP_PORT", "default_port": 80}
    backend = {"group": f"zones/{zone}/networkEndpointGroups/{name}"}
    service = {"backends": [backend], "health_checks": [f"global/healthChecks/{name}"]}
    url_map = {"default_service": f"global/backendServices/{name}"}
    for kind, one, body in (
        ("network_endpoint_groups", "network_endpoint_group", group),
        ("health_checks", "health_check", {"type_": "TCP"}),
        ("backend_services", "backend_service", service),
        ("url_maps", "url_map", url_map),
        ("target_http_proxies", "target_http_proxy", {"url_map": f"global/urlMaps/{name}"}),
        (
            "global_forwarding_rules",
            "forwarding_rule",
            {"target": f"global/targetHttpProxies/{name}", "port_range": "80"},
        ),
    ):
        where = {"zone": zone} if kind == "network_endpoint_groups" else {}
        told = {f"{one}_resource": {"name": name, **body}}
        provider.call(kind, "insert_unary", **where, **told)
        settle()
    return f"{zone}/{name}"


def _make_zone(project: LocalProject, domain: str) -> str:
    name = domain.replace(".", "-")
    create(project, Call("managedZones.create", "", {}, {"name": name, "dnsName": f"{domain}."}))
    return name


def _make_address(project: LocalProject, provider: GcpProvider) -> str:
    name = f"kept-{len(project.operations.requests)}-{project.clock.now():.0f}"
    asked = {"name": name}
    provider.call("addresses", "insert_unary", region=REGION, address_resource=asked)
    project.clock.advance(2 * TRANSITION)
    return f"{REGION}/{name}"


def _hold_address(project: LocalProject, address_id: str, held: bool) -> None:
    name = address_id.partition("/")[2]
    body = project.store.get(f"{project.root}/regions/{REGION}/addresses/{name}")
    body.update(status="IN_USE" if held else "RESERVED")
    body.update(users=[link(f"{project.root}/regions/{REGION}/routers/nat")] if held else [])


def _provider(server: Server) -> GcpProvider:
    settings = {
        "project": server.project.project_id,
        "region": REGION,
        "endpoint_url": server.url,
        "monitoring_url": server.url,
        "dns_url": server.url,
        "token_uri": f"{server.url}/token",
    }
    secret = {"service_account_key": json.dumps(server.service_account_key)}
    return GcpProvider.from_settings(settings, secret)
