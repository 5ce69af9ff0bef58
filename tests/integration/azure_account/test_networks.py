from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceModifiedError

from tests.integration.azure_account.clients import GROUP, PLACE, Clients


def code(error: pytest.ExceptionInfo[HttpResponseError]) -> str:
    assert error.value.error is not None
    return str(error.value.error.code)


def rule(name: str, priority: int, **more: Any) -> dict[str, Any]:
    told = {
        "priority": priority,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": "*",
        "destinationPortRange": "22",
    }
    return {"name": name, "properties": told | more}


def test_what_is_in_use_is_not_deleted(azure: Clients) -> None:
    network = azure.network
    subnet = azure.subnet()
    group = network.network_security_groups.begin_create_or_update(
        GROUP, "nsg", {**PLACE, "properties": {"securityRules": [rule("ssh", 100)]}}
    ).result()
    assert [r.name for r in group.security_rules] == ["ssh"]
    assert len(group.default_security_rules) == 6
    address = network.public_ip_addresses.begin_create_or_update(
        GROUP,
        "ip",
        {
            **PLACE,
            "sku": {"name": "Standard"},
            "properties": {"publicIPAllocationMethod": "Static"},
        },
    ).result()
    inner = {"subnet": {"id": subnet}, "publicIPAddress": {"id": address.id}}
    body = {
        **PLACE,
        "properties": {
            "networkSecurityGroup": {"id": group.id},
            "ipConfigurations": [{"name": "first", "properties": inner}],
        },
    }
    nic = network.network_interfaces.begin_create_or_update(GROUP, "nic", body).result()
    assert nic.ip_configurations[0].private_ip_address == "10.0.1.4"
    for begin, names, expected in (
        (network.subnets.begin_delete, ("net", "inner"), "InUseSubnetCannotBeDeleted"),
        (network.virtual_networks.begin_delete, ("net",), "InUseSubnetCannotBeDeleted"),
        (
            network.network_security_groups.begin_delete,
            ("nsg",),
            "InUseNetworkSecurityGroupCannotBeDeleted",
        ),
        (network.public_ip_addresses.begin_delete, ("ip",), "PublicIPAddressCannotBeDeleted"),
    ):
        with pytest.raises(HttpResponseError) as refused:
            begin(GROUP, *names)
        assert code(refused) == expected
    network.network_interfaces.begin_delete(GROUP, "nic").result()
    network.public_ip_addresses.begin_delete(GROUP, "ip").result()
    network.network_security_groups.begin_delete(GROUP, "nsg").result()
    network.virtual_networks.begin_delete(GROUP, "net").result()
    assert list(network.virtual_networks.list_all()) == []


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([rule("a", 99)], "SecurityRuleInvalidPriority"),
        ([rule("a", 4097)], "SecurityRuleInvalidPriority"),
        ([rule("a", 100), rule("b", 100)], "SecurityRuleConflict"),
        ([rule("a", 100, destinationPortRange="70000")], "SecurityRuleInvalidPortRange"),
        ([rule("a", 100, sourceAddressPrefix="10.0.0.300")], "SecurityRuleInvalidAddressPrefix"),
        ([rule("a", 100, protocol="Sctp")], "SecurityRuleParameterContainsUnsupportedValue"),
    ],
)
def test_a_rule_that_azure_refuses_is_refused(
    azure: Clients, rules: list[dict[str, Any]], expected: str
) -> None:
    with pytest.raises(HttpResponseError) as refused:
        azure.network.network_security_groups.begin_create_or_update(
            GROUP, "nsg", {**PLACE, "properties": {"securityRules": rules}}
        )
    assert code(refused) == expected


def test_ranges_of_subnets_lie_in_the_network_and_apart(azure: Clients) -> None:
    azure.subnet()
    for prefix, expected in (
        ("10.1.0.0/24", "NetcfgInvalidSubnet"),
        ("10.0.1.128/25", "NetcfgSubnetRangesOverlap"),
        ("10.0.9.1/24", "InvalidAddressPrefixFormat"),
    ):
        with pytest.raises(HttpResponseError) as refused:
            azure.network.subnets.begin_create_or_update(
                GROUP, "net", "other", {"properties": {"addressPrefix": prefix}}
            )
        assert code(refused) == expected


def test_lists_go_on_over_pages(azure: Clients) -> None:
    azure.server.account.switches.page_size = 2
    for number in range(5):
        azure.subnet(f"net{number}")
    expected = [f"net{number}" for number in range(5)]
    assert [n.name for n in azure.network.virtual_networks.list(GROUP)] == expected
    assert [n.name for n in azure.network.virtual_networks.list_all()] == expected


def test_what_is_still_being_made_cannot_be_referred_to(azure: Clients) -> None:
    azure.server.account.switches.transition_seconds = 60
    told = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    told["subnets"] = [{"name": "s", "properties": {"addressPrefix": "10.0.0.0/24"}}]  # type: ignore[assignment]
    azure.network.virtual_networks.begin_create_or_update(
        GROUP, "net", {**PLACE, "properties": told}, polling=False
    )
    subnet = azure.id("Microsoft.Network/virtualNetworks", "net") + "/subnets/s"
    inner = {"subnet": {"id": subnet}}
    body = {**PLACE, "properties": {"ipConfigurations": [{"name": "a", "properties": inner}]}}
    with pytest.raises(HttpResponseError) as refused:
        azure.network.network_interfaces.begin_create_or_update(GROUP, "nic", body)
    assert code(refused) == "ReferencedResourceNotProvisioned"
    azure.server.account.clock.advance(61)
    azure.network.network_interfaces.begin_create_or_update(GROUP, "nic", body, polling=False)


def test_an_etag_of_before_is_refused(azure: Clients) -> None:
    subnet = azure.subnet()
    old = azure.vm("one", subnet).result()
    azure.compute.virtual_machines.begin_power_off(GROUP, "one").result()
    with pytest.raises((HttpResponseError, ResourceModifiedError)) as refused:
        azure.compute.virtual_machines.begin_update(
            GROUP, "one", {"tags": {"a": "b"}}, headers={"If-Match": old.etag}
        )
    assert refused.value.status_code == 412
