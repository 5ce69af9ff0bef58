from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import World, aws, make_world


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with aws(monkeypatch) as client:
        yield make_world(client, tmp_path, monkeypatch)
