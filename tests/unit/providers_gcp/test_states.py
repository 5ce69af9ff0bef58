"""The state tables know all that Google's own description of the API knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import googleapiclient
import pytest

from novacron.errors import ProviderUnavailable
from novacron.models.vm import VmState
from novacron.providers.gcp import states

DOCUMENT = Path(googleapiclient.__file__).parent / "discovery_cache/documents/compute.v1.json"
SCHEMAS = json.loads(DOCUMENT.read_text())["schemas"]


@pytest.mark.parametrize(
    ("schema", "table"),
    [
        ("Instance", states.INSTANCE),
        ("Disk", states.VOLUME),
        ("Snapshot", states.SNAPSHOT),
        ("Image", states.IMAGE),
    ],
)
def test_tables_are_total(schema: str, table: dict[str, Any]) -> None:
    assert set(SCHEMAS[schema]["properties"]["status"]["enum"]) == set(table)


def test_an_unknown_state_is_loud() -> None:
    with pytest.raises(ProviderUnavailable, match="HOVERING"):
        states.meaning(states.INSTANCE, "HOVERING")


def test_what_stands_still_does_not_bill() -> None:
    free = {state for state, bills in states.INSTANCE.values() if not bills}
    assert free >= {VmState.STOPPED, VmState.SUSPENDED}
    assert VmState.RUNNING not in free
    assert states.INSTANCE["STOPPING"].bills_compute
