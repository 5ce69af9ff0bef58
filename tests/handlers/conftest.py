"""The functions over a whole control plane in this process."""

from __future__ import annotations

from importlib import import_module

import pytest

from infra.openapi import apps
from tests.roles import enforce
from tests.world import World


@pytest.fixture(autouse=True)
def wired(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Every module that took ``services`` by name gets the world's; roles are enforced."""
    enforce(monkeypatch)
    for name in (*apps(), "novacron.runtime.guard", "novacron.runtime.routes"):
        module = import_module(name)
        if hasattr(module, "services"):
            monkeypatch.setattr(module, "services", lambda: world.services)
    return world
