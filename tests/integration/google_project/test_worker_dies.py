"""A move to Google whose worker is deleted in the middle of a round: the machine, the real SDK and
the worker's own device code; what its agent says and hears is played."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from infra.local.google_project import Server, start_in_thread
from novacron.models.account import ProviderType
from novacron.models.operation import Operation
from novacron.models.transfer import Export, Import
from novacron.providers.base import CloudProvider
from novacron.providers.devices.provider import DevicesProvider
from novacron.providers.gcp.provider import GcpProvider
from novacron.providers.transfer import LEAF_BYTES
from novacron.providers.workers import WORKER
from tests.unit.migration.conftest import Move, in_process, make_move
from tests.unit.migration.crew import Crew
from tests.world import World

REGION, ZONE = "us-central1", "us-central1-a"


@dataclass
class GoogleCrew(Crew):
    """The target's disks are the device files of the instance that has them attached."""

    server: Server | None = None

    def _beside(self, moved: Export | Import) -> CloudProvider:
        if isinstance(moved, Export):
            return self.move.source
        assert self.server is not None
        project = self.server.project
        zone, _, name = moved.access[WORKER].partition("/")
        instance = project.store.get(f"{project.root}/zones/{zone}/instances/{name}")
        folder = project.guests.folder(instance) / "devices"
        return DevicesProvider.from_settings({"folder": str(folder)}, {})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    guests = {"NOVACRON": "/bin/true"}
    started = start_in_thread(tmp_path / "google", transition_describes=0, guests=guests)
    yield started
    started.stop()


@pytest.fixture
def crew(world: World, server: Server, monkeypatch: pytest.MonkeyPatch) -> GoogleCrew:
    move = make_move(in_process(world, monkeypatch), root_gib=1)
    settings = {
        "project": server.project.project_id,
        "region": REGION,
        "endpoint_url": server.url,
        "token_uri": f"{server.url}/token",
    }
    secret = {"service_account_key": json.dumps(server.service_account_key)}
    google = GcpProvider.from_settings(settings, secret)
    services = world.services
    account = services.store.account("acme", "acc-2")
    services.store.save_account(account.model_copy(update={"type": ProviderType.GCP}))
    made: dict[str, CloudProvider] = {"acc-1": move.source, "acc-2": google}
    move.target = cast("Any", google)
    crew = GoogleCrew(move, server=server)
    monkeypatch.setattr(services.providers, "of", lambda account: made[account.id])
    monkeypatch.setattr(services.providers, "courier", crew)
    return crew


def _equal(move: Move, server: Server, operation: Operation) -> None:
    there = move.target.get_vm(move.migration(operation).target_vm_id or "").volume_ids
    project = server.project
    for old, new in zip(move.volumes(), there, strict=True):
        zone, _, name = new.partition("/")
        disk = project.store.get(f"{project.root}/zones/{zone}/disks/{name}")
        held = move.content(move.source, old)
        assert held
        for leaf, data in (held | {7: bytes(LEAF_BYTES)}).items():
            assert project.blocks.read(disk["id"], leaf * LEAF_BYTES, LEAF_BYTES) == data, leaf


@pytest.mark.parametrize("method", ["import_shard", "verify_shard"])
def test_another_worker_goes_on_where_the_dead_one_was(
    crew: GoogleCrew, server: Server, method: str
) -> None:
    move = crew.move
    crew.dies = lambda name, number: (name, number) == (method, 1)
    operation = move.begin(region=REGION, zone=ZONE, instance_type="e2-micro")
    machine = crew.machine(operation)
    assert machine.run() == "Succeeded", move.migration(operation).error
    assert machine.states.count("Resume") == 1
    assert max(Counter(crew.jobs).values()) == 1
    _equal(move, server, operation)
    kinds = [one["kind"] for one in server.project.store.items.values()]
    assert kinds.count("compute#instance") == 1, "the target alone"
