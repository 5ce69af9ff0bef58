"""Real guests that write while they are moved."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from infra.local.onprem import host

pytestmark = pytest.mark.qemu


@pytest.fixture(autouse=True)
def _can() -> None:
    reason = host.missing()
    if reason is not None:
        pytest.skip(reason)


def test_nothing_acknowledged_is_lost_in_less_than_30_s(tmp_path: Path) -> None:
    from infra.proofs.migration_real_guest import MOST_S, move

    figures = move(tmp_path)
    print(figures)
    assert figures.downtime_s < MOST_S
    assert figures.downtime_s == pytest.approx(sum(figures.terms.values()), abs=0.1)
    assert figures.records > 60
    full, *changes = figures.copied_bytes
    assert all(changed < full / 4 for changed in changes)


def test_a_running_guest_moves_with_its_memory(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("a cable between namespaces needs root")
    from infra.proofs.migration_live import MOST_S, move

    moved = move(tmp_path)
    print(moved)
    assert 0 < moved.downtime_ms < moved.total_ms < MOST_S * 1000
