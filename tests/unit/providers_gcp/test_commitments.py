"""Which machine types a commitment's type is for."""

from __future__ import annotations

import pytest
from google.cloud import compute_v1

from novacron.providers.gcp.commitments import _series, _shown


@pytest.mark.parametrize(
    ("kind", "series"),
    [
        ("GENERAL_PURPOSE", "n1-"),
        ("GENERAL_PURPOSE_N2D", "n2d-"),
        ("COMPUTE_OPTIMIZED", "c2-"),
        ("COMPUTE_OPTIMIZED_C2D", "c2d-"),
        ("MEMORY_OPTIMIZED", "m"),
        ("MEMORY_OPTIMIZED_M3", "m3-"),
        ("ACCELERATOR_OPTIMIZED_A3_MEGA", "a3-"),
    ],
)
def test_series(kind: str, series: str) -> None:
    assert kind in compute_v1.Commitment.Type.__members__
    assert _series(kind) == series


def test_what_is_committed_to() -> None:
    native = compute_v1.Commitment(
        {
            "id": 7,
            "name": "cud",
            "region": "https://www.googleapis.com/compute/v1/projects/p/regions/us-central1",
            "type_": "GENERAL_PURPOSE_N2",
            "resources": [{"type_": "VCPU", "amount": 8}, {"type_": "MEMORY", "amount": 32768}],
            "start_timestamp": "2026-01-01T00:00:00.000-08:00",
            "end_timestamp": "2027-01-01T00:00:00.000-08:00",
            "auto_renew": True,
        }
    )
    found = _shown(native)
    assert (found.id, found.region, found.amount) == ("7", "us-central1", "8 vCPU, 32 GiB")
    assert found.renews
    assert (found.end - found.start).days == 365
