"""Requests are refused at the edge, with the field at fault."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from novacron.models.base import Ownership
from novacron.models.network import Direction, FirewallRule, Protocol
from novacron.models.vm import VmSpec


def test_an_unknown_field_is_an_error() -> None:
    with pytest.raises(ValidationError, match="memroy_mib"):
        VmSpec.model_validate({"name": "a", "region": "r", "image": "i", "memroy_mib": 1})


@pytest.mark.parametrize("name", ["", "A", "1a", "a-", "a" * 64, "a_b", "é"])
def test_names_fit_the_strictest_cloud(name: str) -> None:
    with pytest.raises(ValidationError):
        VmSpec(name=name, region="r", image="i")


def test_user_data_stops_at_the_smallest_limit() -> None:
    VmSpec(name="a", region="r", image="i", user_data="x" * 16384)
    with pytest.raises(ValidationError):
        VmSpec(name="a", region="r", image="i", user_data="x" * 16385)


@pytest.mark.parametrize(
    ("protocol", "low", "high"),
    [(Protocol.ICMP, 1, 1), (Protocol.TCP, 2, 1), (Protocol.UDP, 5, None)],
)
def test_ports_make_sense(protocol: Protocol, low: int, high: int | None) -> None:
    with pytest.raises(ValidationError):
        FirewallRule(
            name="r",
            direction=Direction.INGRESS,
            protocol=protocol,
            from_port=low,
            to_port=high,
            cidr="0.0.0.0/0",
        )


def test_an_operation_fits_a_client_token() -> None:
    with pytest.raises(ValidationError):
        Ownership(tenant="t", operation="o" * 65)
