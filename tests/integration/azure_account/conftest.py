from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.azure_account import start_in_thread
from tests.integration.azure_account.clients import Clients


@pytest.fixture
def azure(tmp_path: Path) -> Iterator[Clients]:
    server = start_in_thread(tmp_path / "azure")
    server.account.switches.retry_after = 0
    yield Clients(server)
    server.stop()
