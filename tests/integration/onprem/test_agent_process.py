"""The agent as it is run on a host: enrolled and started by its commands, serving real libvirt."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from infra.local.onprem import host
from novacron.agent.identity import load
from novacron.errors import NotReady
from novacron.operations.courier import AgentQueue
from novacron.providers.agent.provider import AgentProvider
from novacron.store.agents import AgentStore
from tests.agents import ADMIN
from tests.api import call
from tests.gateway import door, wire
from tests.world import World

pytestmark = pytest.mark.qemu
ROOT = Path(__file__).parents[3]
PATIENCE_S = 60
COMMAND = [sys.executable, "-c", "from novacron.cli.main import app; app()", "agent"]
ENV = {**os.environ, "PYTHONPATH": "shared"}


def test_enroll_run_serve_and_stop(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reason = host.missing()
    if reason is not None:
        pytest.skip(reason)
    wire(world.services, monkeypatch)
    seen = {name: Event() for name in ("poll", "results")}

    def answered(path: str) -> None:
        seen.get(path.rpartition("/")[2], Event()).set()

    state = tmp_path / "state"
    running = host.start(tmp_path / "host")
    try:
        with door(answered) as url:
            made = call(ADMIN, "POST", "/agents", {"name": "rack"}, key="k").body
            wanted = ["--url", url, "--token", made["token"], "--state-dir", str(state)]
            wanted += ["--set", f"uri={running.uri}", "--set", "accelerator=qemu"]
            subprocess.run([*COMMAND, "enroll", *wanted], cwd=ROOT, env=ENV, check=True, timeout=60)
            command = [*COMMAND, "run", "--state-dir", str(state)]
            with subprocess.Popen(command, cwd=ROOT, env=ENV) as process:
                try:
                    assert seen["poll"].wait(PATIENCE_S)
                    provider = AgentProvider(load(state).agent_id)
                    provider.tenant = "acme"
                    store = AgentStore(world.services.store.table)
                    provider.courier = AgentQueue(store, world.services.now)
                    assert provider.health().healthy, provider.health()
                    with pytest.raises(NotReady):
                        provider.get_quota("onprem")
                    assert seen["results"].wait(PATIENCE_S)
                    assert (provider.get_quota("onprem").vcpus or 0) > 0
                finally:
                    process.send_signal(signal.SIGTERM)
                assert process.wait(PATIENCE_S) == 0
    finally:
        running.stop()
