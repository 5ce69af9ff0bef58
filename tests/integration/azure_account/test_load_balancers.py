"""Backend pools: who is in one is said by interfaces, all of one network."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.integration.azure_account.clients import GROUP, PLACE, Clients


def _balancer(azure: Clients, name: str, sku: str = "Standard", **more: Any) -> str:
    """Its one pool's id."""
    properties = {"backendAddressPools": [{"name": "web"}], **more}
    body = {**PLACE, "sku": {"name": sku}, "properties": properties}
    made = azure.network.load_balancers.begin_create_or_update(GROUP, name, body).result()
    return str(made.backend_address_pools[0].id)


def _join(azure: Clients, name: str, subnet: str, pool: str) -> Any:
    inner = {"subnet": {"id": subnet}, "loadBalancerBackendAddressPools": [{"id": pool}]}
    properties = {"ipConfigurations": [{"name": "primary", "properties": inner}]}
    begin = azure.network.network_interfaces.begin_create_or_update
    return begin(GROUP, name, {**PLACE, "properties": properties}).result()


def test_a_pool_shows_the_interfaces_that_name_it(azure: Clients) -> None:
    pool, subnet = _balancer(azure, "lb"), azure.subnet()
    nic = _join(azure, "in", subnet, pool)
    shown = azure.network.load_balancers.get(GROUP, "lb").backend_address_pools[0]
    assert [one.id for one in shown.backend_ip_configurations] == [nic.ip_configurations[0].id]
    with pytest.raises(HttpResponseError, match="not on the virtual network"):
        _join(azure, "elsewhere", azure.subnet("other"), pool)
    with pytest.raises(HttpResponseError, match="was not found"):
        _join(azure, "nowhere", subnet, f"{pool}-not-there")


def test_basic_ones_are_retired(azure: Clients) -> None:
    with pytest.raises(HttpResponseError, match="retired"):
        _balancer(azure, "old", sku="Basic")


def test_a_rule_leads_from_a_frontend_to_a_pool_of_its_own(azure: Clients) -> None:
    own = _balancer(azure, "ruled").partition("/backendAddressPools/")[0]
    rule = {
        "frontendIPConfiguration": {"id": f"{own}/frontendIPConfigurations/front"},
        "backendAddressPool": {"id": f"{own}/backendAddressPools/web"},
        "protocol": "Tcp",
        "frontendPort": 80,
        "backendPort": 80,
    }
    rules = [{"name": "http", "properties": rule}]
    with pytest.raises(HttpResponseError, match="rule http was not found"):
        _balancer(azure, "ruled", loadBalancingRules=rules)
    front = [{"name": "front", "properties": {"subnet": {"id": azure.subnet()}}}]
    _balancer(azure, "ruled", loadBalancingRules=rules, frontendIPConfigurations=front)
    shown = azure.network.load_balancers.get(GROUP, "ruled").load_balancing_rules[0]
    assert (shown.name, shown.frontend_port) == ("http", 80)
