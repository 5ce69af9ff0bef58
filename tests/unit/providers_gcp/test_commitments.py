"""Which machine types a commitment's type is for."""

from __future__ import annotations

import pytest
from google.cloud import compute_v1

from novacron.errors import Unsupported
from novacron.models.commitment import CommitmentSpec
from novacron.providers.gcp.commitments import _series, _shown
from novacron.providers.gcp.committing import TYPES, _asked


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


def _spec(name: str) -> CommitmentSpec:
    return CommitmentSpec(
        region="us-central1", instance_type=name, count=3, term="3y", payment="monthly"
    )


@pytest.mark.parametrize(
    ("name", "kind", "vcpus", "mib"),
    [
        ("n1-standard-2", "GENERAL_PURPOSE", 6, 3 * 7680),
        ("n2d-highmem-4", "GENERAL_PURPOSE_N2D", 12, 3 * 32768),
        ("c2-standard-8", "COMPUTE_OPTIMIZED", 24, 3 * 32768),
    ],
)
def test_what_is_bought_is_what_the_vms_have(name: str, kind: str, vcpus: int, mib: int) -> None:
    asked = _asked(_spec(name), "quote")
    native = compute_v1.Commitment(asked)
    assert (native.type_, native.plan, native.name) == (kind, "THIRTY_SIX_MONTH", "quote")
    assert {one.type_: one.amount for one in native.resources} == {"VCPU": vcpus, "MEMORY": mib}


def test_every_type_that_is_bought_is_googles() -> None:
    assert set(TYPES.values()) <= set(compute_v1.Commitment.Type.__members__)
    assert all(_series(kind) == f"{series}-" for series, kind in TYPES.items())


@pytest.mark.parametrize(
    "name", ["e2-micro", "c3-standard-8-lssd", "a2-highgpu-1g", "f1-micro", "none-such"]
)
def test_what_is_more_than_vcpus_and_memory_is_not_bought(name: str) -> None:
    with pytest.raises(Unsupported):
        _asked(_spec(name), "")
