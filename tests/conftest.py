from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.world import World, aws, make_world

# No test is timed: a busy machine must not turn one red.
settings.register_profile("novacron", deadline=None)
settings.load_profile("novacron")

SHARED = ("contract", "integration")
"""Folders whose tests share a world that takes seconds to start."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several processes, tests that share a world run in the same one."""
    for item in items:
        area, *rest = item.path.relative_to(Path(__file__).parent).parts
        if area in SHARED:
            item.add_marker(pytest.mark.xdist_group(_world(item, area, rest[0])))


def _world(item: pytest.Item, area: str, part: str) -> str:
    parameters = getattr(item, "callspec", None)
    name = parameters.params.get("world") if parameters else None
    return f"{area}-{name or part}"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with aws(monkeypatch) as client:
        yield make_world(client, tmp_path, monkeypatch)
