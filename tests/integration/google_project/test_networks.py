"""Networks, subnetworks and firewall rules."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions

from tests.integration.google_project.cloud import PROJECT, REGION, ZONE, Cloud, new_name, reason

HERE = {"project": PROJECT, "region": REGION}


def make_network(cloud: Cloud) -> str:
    """A custom mode network; its URL."""
    name = new_name("net")
    body = {"name": name, "auto_create_subnetworks": False}
    cloud.client("Networks").insert_unary(project=PROJECT, network_resource=body)
    return f"global/networks/{name}"


def make_subnet(cloud: Cloud, network: str, cidr: str) -> Any:
    name, client = new_name("subnet"), cloud.client("Subnetworks")
    body = {"name": name, "network": network, "ip_cidr_range": cidr}
    client.insert_unary(**HERE, subnetwork_resource=body)
    return client.get(**HERE, subnetwork=name)


def test_an_instance_on_a_custom_network_names_its_subnet(cloud: Cloud) -> None:
    network = make_network(cloud)
    subnet = make_subnet(cloud, network, "10.10.0.0/24")
    vm = cloud.instance(network_interfaces=[{"subnetwork": subnet.self_link}])
    assert vm.network_interfaces[0].network_i_p == "10.10.0.2"
    with pytest.raises(exceptions.BadRequest, match="custom subnet mode"):
        cloud.instance(network_interfaces=[{"network": network}])
    with pytest.raises(exceptions.BadRequest) as used:
        cloud.client("Subnetworks").delete_unary(**HERE, subnetwork=subnet.name)
    assert reason(used) == "resourceInUseByAnotherResource"
    cloud.client("Instances").delete_unary(project=PROJECT, zone=ZONE, instance=vm.name)
    cloud.client("Subnetworks").delete_unary(**HERE, subnetwork=subnet.name)


def test_a_network_is_deleted_last(cloud: Cloud) -> None:
    network, networks = make_network(cloud), cloud.client("Networks")
    name = network.rpartition("/")[2]
    subnet = make_subnet(cloud, network, "10.20.0.0/16")
    assert networks.get(project=PROJECT, network=name).subnetworks == [subnet.self_link]
    with pytest.raises(exceptions.BadRequest) as used:
        networks.delete_unary(project=PROJECT, network=name)
    assert reason(used) == "resourceInUseByAnotherResource"
    cloud.client("Subnetworks").delete_unary(**HERE, subnetwork=subnet.name)
    networks.delete_unary(project=PROJECT, network=name)
    with pytest.raises(exceptions.NotFound):
        networks.get(project=PROJECT, network=name)


@pytest.mark.parametrize("cidr", ["10.0.0.0/30", "10.0.0.1/24", "nonsense", "10.128.0.0/9"])
def test_ranges_are_checked(cloud: Cloud, cidr: str) -> None:
    network = "global/networks/default" if cidr.startswith("10.128") else make_network(cloud)
    with pytest.raises(exceptions.BadRequest):
        make_subnet(cloud, network, cidr)


def test_a_firewall_rule_is_made_changed_and_deleted(cloud: Cloud) -> None:
    firewalls, network, name = cloud.client("Firewalls"), make_network(cloud), new_name("rule")
    body = {
        "name": name,
        "network": network,
        "allowed": [{"I_p_protocol": "tcp", "ports": ["22", "8000-8080"]}],
        "source_ranges": ["192.0.2.0/24"],
        "target_tags": ["web"],
    }
    firewalls.insert_unary(project=PROJECT, firewall_resource=body)
    rule = firewalls.get(project=PROJECT, firewall=name)
    assert (rule.priority, rule.direction, rule.disabled) == (1000, "INGRESS", False)
    assert list(rule.allowed[0].ports) == ["22", "8000-8080"]
    patch = {"project": PROJECT, "firewall": name, "firewall_resource": {"priority": 5}}
    firewalls.patch_unary(**patch)
    changed = firewalls.get(project=PROJECT, firewall=name)
    assert (changed.priority, list(changed.target_tags)) == (5, ["web"])
    firewalls.delete_unary(project=PROJECT, firewall=name)
    assert name not in [each.name for each in firewalls.list(project=PROJECT)]


ALLOW = [{"I_p_protocol": "tcp", "ports": ["22"]}]


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"allowed": ALLOW, "denied": ALLOW},
        {"allowed": ALLOW, "priority": 65536},
        {"allowed": ALLOW, "priority": -1},
        {"allowed": ALLOW, "source_ranges": ["10.0.0.1/8"]},
        {"allowed": ALLOW, "direction": "EGRESS", "source_ranges": ["10.0.0.0/8"]},
        {"allowed": [{"I_p_protocol": "icmp", "ports": ["1"]}]},
        {"allowed": [{"I_p_protocol": "tcp", "ports": ["9-1"]}]},
        {"allowed": [{"I_p_protocol": "nope"}]},
        {"allowed": ALLOW, "target_tags": ["Bad_Tag"]},
    ],
)
def test_a_rule_that_is_not_valid_is_refused(cloud: Cloud, rule: dict[str, Any]) -> None:
    with pytest.raises(exceptions.BadRequest):
        cloud.client("Firewalls").insert_unary(
            project=PROJECT, firewall_resource={"name": "refused", **rule}
        )
