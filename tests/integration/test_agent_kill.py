"""SIGKILL the agent's process anywhere around a create: one VM afterwards, and its result."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from novacron.agent.identity import save
from novacron.errors import NotReady
from novacron.models.base import Ownership
from novacron.models.vm import VmFilter, VmSpec
from novacron.operations.courier import AgentQueue
from novacron.providers.agent.provider import AgentProvider
from novacron.providers.base import iterate
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.agents import AgentStore
from tests.agents import enrolled
from tests.gateway import door, wire
from tests.integration.agent_child import POINTS
from tests.world import World

ROOT = Path(__file__).parents[2]
SPEC = VmSpec(name="web", region="local", image="debian-12")
OWNER = Ownership(tenant="acme", operation="op-1")
ONCE = {"once the result is journalled", "before the result is sent", "after the result is sent"}
"""Points past which the create must not be made again."""


@pytest.fixture
def url(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    wire(world.services, monkeypatch)
    with door() as found:
        yield found


def run(state: Path, memory: Path, point: str) -> int:
    env = {**os.environ, "PYTHONPATH": f"shared:{ROOT}", "NOVACRON_MEMORY_DIR": str(memory)}
    command = [sys.executable, "-m", "tests.integration.agent_child", str(state), point]
    return subprocess.run(command, cwd=ROOT, env=env, check=False, timeout=60).returncode


@pytest.mark.parametrize("point", POINTS)
def test_one_vm_and_the_right_result(
    world: World,
    url: str,
    point: str,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    state, memory = tmp_path_factory.mktemp("state"), tmp_path_factory.mktemp("memory")
    mine = enrolled().model_copy(update={"url": url})
    save(state, mine)
    assert run(state, memory, "nowhere") == 0
    provider = AgentProvider(mine.agent_id)
    provider.tenant = "acme"
    provider.courier = AgentQueue(AgentStore(world.services.store.table), world.services.now)
    with pytest.raises(NotReady):
        provider.create_vm(SPEC, OWNER)

    assert run(state, memory, point) == -signal.SIGKILL
    assert run(state, memory, "nowhere") == 0

    made = provider.create_vm(SPEC, OWNER)
    monkeypatch.setenv("NOVACRON_MEMORY_DIR", str(memory))
    there = list(iterate(MemoryProvider.from_settings({}, {}).list_vms, VmFilter()))
    assert [(vm.id, vm.operation) for vm in there] == [(made.id, "op-1")]
    calls = (state / "calls").read_text().splitlines()
    assert len(calls) == 1 if point in ONCE else len(calls) <= 2
