"""Which reservations are the project's to end, and which have a plain VM's price."""

from __future__ import annotations

from typing import Any

import pytest
from google.cloud import compute_v1

from novacron.providers.gcp.capacity_reservations import _ours_to_end, _shown


def _native(machine: dict[str, Any], **told: Any) -> compute_v1.Reservation:
    specific = {"count": 2, "in_use_count": 1, "instance_properties": machine}
    zone = "https://www.googleapis.com/compute/v1/projects/p/zones/us-central1-a"
    given = {"name": "kept", "id": 7, "zone": zone, "status": "READY"}
    return compute_v1.Reservation({**given, "specific_reservation": specific, **told})


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        ({}, True),
        ({"status": "CREATING"}, False),
        ({"commitment": "projects/p/regions/us-central1/commitments/c"}, False),
        ({"specific_reservation": None}, False),
    ],
)
def test_one_of_a_commitment_is_not_ours_to_end(told: dict[str, Any], ours: bool) -> None:
    assert _ours_to_end(_native({"machine_type": "n2-standard-4"}, **told)) is ours


def test_accelerators_and_local_disks_have_prices_of_their_own() -> None:
    plain = _shown(_native({"machine_type": "n2-standard-4"}))
    assert (plain.id, plain.region, plain.used, plain.mark) == (
        "us-central1-a/kept",
        "us-central1",
        1,
        "7",
    )
    assert plain.as_listed
    disks = {"machine_type": "n2-standard-4", "local_ssds": [{"disk_size_gb": 375}]}
    assert not _shown(_native(disks)).as_listed
