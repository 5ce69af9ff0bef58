"""The state tables know all that EC2's own model knows."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.session import get_session

from novacron.errors import ProviderUnavailable
from novacron.models.vm import VmState
from novacron.providers.aws import states


@pytest.mark.parametrize(
    ("shape", "table"),
    [
        ("InstanceStateName", states.INSTANCE),
        ("VolumeState", states.VOLUME),
        ("SnapshotState", states.SNAPSHOT),
        ("ImageState", states.IMAGE),
    ],
)
def test_tables_are_total(shape: str, table: dict[str, Any]) -> None:
    model: Any = get_session().get_service_model("ec2").shape_for(shape)
    assert set(model.enum) == set(table)


def test_an_unknown_state_is_loud() -> None:
    with pytest.raises(ProviderUnavailable, match="hovering"):
        states.meaning(states.INSTANCE, "hovering")


def test_only_what_may_run_bills() -> None:
    billing = {state for state, bills in states.INSTANCE.values() if bills}
    assert billing == {VmState.PENDING, VmState.RUNNING}


def test_terminated_ones_are_listed_on_demand_only() -> None:
    assert "terminated" not in states.native_states([])
    assert states.native_states([VmState.DELETED]) == ["terminated"]
    assert states.native_states([VmState.SUSPENDED]) == []
