"""A worker as it is hired: its script, its agent and its disks are real, its cloud is local."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import NoReturn

import pytest

from infra.local.google_project import Server, start_in_thread
from novacron.errors import NotFound, NotReady, Unsupported
from novacron.migration.workers import Order, Worker, dismiss, hire, lend
from novacron.models.base import Ownership
from novacron.models.transfer import Import, ImportSpec, TransferState
from novacron.models.vm import Vm, VmFilter
from novacron.operations.agents import AgentDesk
from novacron.operations.courier import SILENT
from novacron.providers.base import FIRST_PAGE
from novacron.providers.gcp.provider import GcpProvider
from novacron.providers.memory.provider import MemoryProvider
from novacron.providers.workers import AGENT, WORKER
from novacron.runtime.agents import desk
from tests.fuse import Killed
from tests.gateway import door, wire
from tests.world import World

ROOT = Path(__file__).parents[3]
REGION, ZONE = "us-central1", "us-central1-a"
OWNER = Ownership(tenant="acme", operation="op-worker")
PATIENCE_S = 60


@dataclass
class Stage:
    """``heard``: a poll of an agent was answered since it was cleared."""

    world: World
    server: Server
    provider: GcpProvider
    desk: AgentDesk
    order: Order
    heard: Event

    def hired(self) -> Worker:
        for _ in range(20):
            try:
                return hire(self.desk, self.provider, self.order, OWNER)
            except NotReady as why:
                if "starting" in str(why):
                    assert self.heard.wait(PATIENCE_S), self.logs()
        raise AssertionError("never alive")

    def logs(self) -> list[str]:
        folder = self.server.project.guests.folder({"id": ""})
        return [one.read_text() for one in folder.glob("*/log")]

    def vms(self) -> list[Vm]:
        return self.provider.list_vms(VmFilter(tenant="acme", name="side"), FIRST_PAGE).items

    def later(self, time: timedelta) -> None:
        self.world.clock.at += time


@pytest.fixture
def stage(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    wire(world.services, monkeypatch)
    heard = Event()
    novacron = tmp_path / "novacron"
    novacron.write_text(
        f"#!/bin/bash\ncd {ROOT} && exec {ROOT}/.venv/bin/python -c "
        '"from novacron.cli.main import app; app()" "$@"\n'
    )
    novacron.chmod(0o755)
    guests = {"NOVACRON": str(novacron), "PYTHONPATH": f"{ROOT}/shared"}
    server = start_in_thread(tmp_path / "google", transition_describes=0, guests=guests)
    settings = {
        "project": server.project.project_id,
        "region": REGION,
        "endpoint_url": server.url,
        "token_uri": f"{server.url}/token",
    }
    secret = {"service_account_key": json.dumps(server.service_account_key)}

    def answered(path: str) -> None:
        if path.endswith("/poll"):
            heard.set()

    try:
        with door(answered) as url:
            order = Order(name="side", region=REGION, zone=ZONE, url=url, package="novacron[cli]")
            provider = GcpProvider.from_settings(settings, secret)
            yield Stage(world, server, provider, desk(world.services), order, heard)
    finally:
        server.stop()


def opened(stage: Stage, worker: Worker, target: Import) -> Import:
    for _ in range(5):
        target = stage.provider.get_import(lend(target, worker))
        if target.state is TransferState.OPEN:
            return target
    raise AssertionError(target)


def blank(stage: Stage) -> Import:
    spec = ImportSpec(name="data", region=REGION, zone=ZONE, size_bytes=1024**3)
    return stage.provider.begin_import(spec, OWNER)


def test_a_worker_enrols_serves_its_devices_and_leaves_nothing(stage: Stage) -> None:
    worker = stage.hired()
    assert hire(stage.desk, stage.provider, stage.order, OWNER) == worker
    record = stage.desk.agents.agent("acme", worker.agent)
    assert record.token_hash is None
    assert record.health is not None
    assert record.health.healthy, record.health
    target = opened(stage, worker, blank(stage))
    assert target.access == {WORKER: worker.vm_id, AGENT: worker.agent}
    for _ in range(3):
        try:
            dismiss(stage.desk, stage.provider, "side", OWNER)
        except NotReady:
            continue
    assert not stage.vms()
    with pytest.raises(NotFound):
        stage.desk.agents.agent("acme", worker.agent)
    dismiss(stage.desk, stage.provider, "side", OWNER)
    assert stage.provider.get_import(target).state is TransferState.PENDING


def test_a_worker_that_dies_is_told_of_and_replaced(stage: Stage) -> None:
    worker = stage.hired()
    target = opened(stage, worker, blank(stage))
    stage.provider.stop_vm(worker.vm_id, force=True)
    stage.heard.clear()
    waiting = stage.provider.get_import(target)
    assert waiting.state is TransferState.PENDING
    assert not waiting.access
    another = stage.hired()
    assert another.vm_id != worker.vm_id
    assert [vm.id for vm in stage.vms()] == [another.vm_id]
    assert opened(stage, another, waiting).state is TransferState.OPEN


def test_a_worker_whose_agent_is_silent_is_replaced(stage: Stage) -> None:
    worker = stage.hired()
    folder = stage.server.project.guests
    folder.stop_all()  # the VM runs on, as a machine does whose system hangs
    stage.later(SILENT * 2)
    with pytest.raises(NotReady, match="died"):
        hire(stage.desk, stage.provider, stage.order, OWNER)
    stage.heard.clear()
    assert stage.hired().vm_id != worker.vm_id


def killed(*_: object) -> NoReturn:
    raise Killed


def test_a_hire_that_was_cut_off_is_made_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the agent's record and the VM: the token is lost, as it is kept nowhere."""
    with monkeypatch.context() as cut:
        cut.setattr(GcpProvider, "start_worker", killed)
        with pytest.raises(Killed):
            hire(stage.desk, stage.provider, stage.order, OWNER)
    with pytest.raises(NotReady, match="starting"):
        hire(stage.desk, stage.provider, stage.order, OWNER)
    stage.later(SILENT * 2)
    assert stage.hired().vm_id == stage.vms()[0].id


def test_a_worker_holds_no_credential_of_the_cloud_and_only_a_used_token(stage: Stage) -> None:
    worker = stage.hired()
    name = worker.vm_id.rpartition("/")[2]
    project = stage.server.project
    native = project.store.get(f"{project.root}/zones/{ZONE}/instances/{name}")
    assert not native.get("serviceAccounts")
    folder = project.guests.folder(native)
    assert (folder / "identity.json").stat().st_mode & 0o077 == 0


def test_providers_with_a_block_api_hire_nobody(stage: Stage) -> None:
    with pytest.raises(Unsupported):
        hire(stage.desk, MemoryProvider(), stage.order, OWNER)
