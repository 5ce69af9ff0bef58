"""The functions over a whole control plane in this process."""

from __future__ import annotations

from importlib import import_module

import pytest

from infra.template import modules
from tests.roles import enforce
from tests.world import World

SHARED = ("guard", "routes", "jobs")


@pytest.fixture(autouse=True)
def wired(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Every module that took ``services`` by name gets the world's; roles are enforced."""
    enforce(monkeypatch)
    for module in (*modules(), *(import_module(f"novacron.runtime.{name}") for name in SHARED)):
        if hasattr(module, "services"):
            monkeypatch.setattr(module, "services", lambda: world.services)
    return world
