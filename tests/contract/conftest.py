"""Opens each provider's world once; one that cannot be had is skipped with its reason."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from novacron.errors import NotFound
from tests.contract.env import Env

ENVS = sorted(path.stem.removeprefix("env_") for path in Path(__file__).parent.glob("env_*.py"))
REQUIRED = set(filter(None, os.environ.get("NOVACRON_REQUIRE_ENVS", "").split(",")))


@pytest.fixture(scope="session", params=ENVS)
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Env]:
    name = str(request.param)
    module = import_module(f"tests.contract.env_{name}")
    if module.REASON_TO_SKIP is not None:
        (pytest.fail if name in REQUIRED else pytest.skip)(f"{name}: {module.REASON_TO_SKIP}")
    with module.open_env(tmp_path_factory.mktemp(name)) as opened:
        yield opened
        if opened.wire is not None:
            opened.wire.check(opened.wire.exchanges())


@pytest.fixture
def env(world: Env) -> Iterator[Env]:
    """The world, tidied of the VMs that a test made through ``running_vm``."""
    yield world
    while world.made:
        try:
            world.provider.delete_vm(world.made.pop())
        except NotFound:
            continue
