"""A local project of each module's own, and SDK clients for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.google_project.cloud import Cloud


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """Transitions take no time unless a test asks for some."""
    folder: Path = tmp_path_factory.mktemp("project")
    with Cloud.open(folder) as running:
        yield running
