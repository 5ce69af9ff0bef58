"""The functions over a whole control plane in this process."""

from __future__ import annotations

import pytest

from tests.gateway import wire
from tests.world import World


@pytest.fixture(autouse=True)
def wired(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Every module that took ``services`` by name gets the world's; roles are enforced."""
    wire(world.services, monkeypatch)
    return world
