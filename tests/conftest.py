from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.world import World, aws, make_world

# No test is timed: a busy machine must not turn one red.
settings.register_profile("novacron", deadline=None)
settings.load_profile("novacron")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with aws(monkeypatch) as client:
        yield make_world(client, tmp_path, monkeypatch)
