"""What of a load balancer bills, and what counts as something behind it."""

from __future__ import annotations

from typing import Any

import pytest

from novacron.providers.azure.balancer_list import _billed, _empty


@pytest.mark.parametrize(
    ("sku", "properties", "billed"),
    [
        ("Standard", {"loadBalancingRules": [{}]}, True),
        ("Standard", {"outboundRules": [{}]}, True),
        ("Standard", {"inboundNatRules": [{}], "loadBalancingRules": []}, False),
        ("Basic", {"loadBalancingRules": [{}]}, False),
    ],
)
def test_it_bills_by_its_rules(sku: str, properties: dict[str, Any], billed: bool) -> None:
    assert _billed({"sku": {"name": sku}, "properties": properties}) is billed


@pytest.mark.parametrize(
    ("properties", "empty"),
    [
        ({}, True),
        ({"backendAddressPools": [{"properties": {"backendIPConfigurations": []}}]}, True),
        ({"backendAddressPools": [{"properties": {"backendIPConfigurations": [{}]}}]}, False),
        ({"backendAddressPools": [{"properties": {"loadBalancerBackendAddresses": [{}]}}]}, False),
        ({"inboundNatRules": [{"properties": {}}]}, True),
        ({"inboundNatRules": [{"properties": {"backendIPConfiguration": {"id": "x"}}}]}, False),
    ],
)
def test_interfaces_addresses_and_nat_are_behind_it(
    properties: dict[str, Any], empty: bool
) -> None:
    assert _empty(properties) is empty
