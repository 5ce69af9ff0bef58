"""Real guests that write while they are moved."""

from __future__ import annotations

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
