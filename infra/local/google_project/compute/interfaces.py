"""Network interfaces of new instances: https://cloud.google.com/vpc/docs/create-use-multiple-interfaces"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from ..catalog import ZONES
from ..errors import GoogleError, invalid
from ..project import LocalProject
from ..rules import fingerprint
from ..store import Body, path_of
from .kinds import ADDRESSES, INSTANCES, NETWORKS, SUBNETWORKS
from .networks import free_address, subnets_of
from .quotas import addresses

# Documentation range: https://www.rfc-editor.org/rfc/rfc6890 (benchmarking, 198.18.0.0/15)
_EXTERNAL = IPv4Network("198.18.0.0/15")


def interfaces(project: LocalProject, zone: str, asked: list[Body]) -> list[Body]:
    """As the instance shows them, with addresses. Raises invalid, notFound."""
    if not asked:
        raise invalid(
            "resource.networkInterfaces", "", "At least one network interface is required."
        )
    return [_interface(project, zone, index, nic) for index, nic in enumerate(asked)]


def _interface(project: LocalProject, zone: str, index: int, asked: Body) -> Body:
    subnet = _subnet(project, ZONES[zone], asked, f"resource.networkInterfaces[{index}]")
    body: Body = {
        "kind": "compute#networkInterface",
        "name": f"nic{index}",
        "network": subnet["network"],
        "subnetwork": subnet["selfLink"],
        "networkIP": _private_address(project, subnet, asked.get("networkIP")),
        "stackType": "IPV4_ONLY",
        "fingerprint": fingerprint([subnet["selfLink"], index]),
    }
    if "nicType" in asked:
        body["nicType"] = asked["nicType"]
    if configs := asked.get("accessConfigs"):
        if len(configs) > 1:
            raise invalid("accessConfigs", len(configs), "At most one access config is supported.")
        body["accessConfigs"] = [_access(config) for config in configs]
    return body


def _subnet(project: LocalProject, region: str, asked: Body, field: str) -> Body:
    if reference := asked.get("subnetwork"):
        path = project.store.refer(reference, SUBNETWORKS, f"{field}.subnetwork")
        subnet = project.store.get(path)
        if subnet["region"].rpartition("/")[2] != region:
            raise invalid(f"{field}.subnetwork", reference, "It is not in the instance's region.")
    else:
        subnet = _subnet_of_network(project, region, asked, field)
        path = path_of(subnet["selfLink"])
    for needed in (path, path_of(subnet["network"])):
        project.operations.check_ready(needed)
    return subnet


def _subnet_of_network(project: LocalProject, region: str, asked: Body, field: str) -> Body:
    """https://cloud.google.com/vpc/docs/subnets#subnets-and-instances: only an auto mode network
    says by itself which subnetwork is meant."""
    reference = asked.get("network", "global/networks/default")
    network = project.store.refer(reference, NETWORKS, f"{field}.network")
    if not project.store.get(network)["autoCreateSubnetworks"]:
        raise invalid(
            f"{field}.network",
            reference,
            "Network interface must specify a subnet if the network resource is in custom subnet "
            "mode.",
        )
    subnets = subnets_of(project, network)
    return next(body for body in subnets if body["region"].endswith(f"/{region}"))


def _private_address(project: LocalProject, subnet: Body, wanted: str | None) -> str:
    if wanted is None:
        address = free_address(project, subnet)
        if address is None:
            raise GoogleError(
                400,
                "invalid",
                f"IP_SPACE_EXHAUSTED: the IP space of '{subnet['name']}' is exhausted.",
            )
        return str(address)
    if IPv4Address(wanted) not in IPv4Network(subnet["ipCidrRange"]):
        raise invalid("networkIP", wanted, "It is not in the subnetwork's range.")
    for instance in project.store.of(project.project_id, INSTANCES):
        if any(nic["networkIP"] == wanted for nic in instance["networkInterfaces"]):
            raise GoogleError(
                400, "resourceInUseByAnotherResource", f"IP '{wanted}' is already being used."
            )
    return wanted


def _access(asked: Body) -> Body:
    if asked.get("natIP"):
        raise invalid("natIP", asked["natIP"], "The specified external IP address is not reserved.")
    return {
        "kind": "compute#accessConfig",
        "type": "ONE_TO_ONE_NAT",
        "name": asked.get("name", "External NAT"),
        "networkTier": asked.get("networkTier", "PREMIUM"),
    }


def give_external(project: LocalProject, instance: Body) -> None:
    """An ephemeral address for each access config that has none."""
    free = free_external(project)
    for config in _configs(instance):
        if "natIP" not in config:
            config["natIP"] = next(free)


def free_external(project: LocalProject) -> Iterator[str]:
    """Addresses that no instance has and nobody has reserved."""
    taken = {
        address
        for other in project.store.of(project.project_id, INSTANCES)
        for address in addresses(other)
    }
    taken |= {one["address"] for one in project.store.of(project.project_id, ADDRESSES)}
    return (str(one) for one in _EXTERNAL.hosts() if str(one) not in taken)


def take_external(instance: Body) -> None:
    """A stopped instance keeps no ephemeral address:
    https://cloud.google.com/compute/docs/ip-addresses#ephemeraladdress"""
    for config in _configs(instance):
        config.pop("natIP", None)


def _configs(instance: Body) -> list[dict[str, Any]]:
    return [c for nic in instance["networkInterfaces"] for c in nic.get("accessConfigs", [])]
