"""Networks and subnetworks.

https://cloud.google.com/vpc/docs/vpc and https://cloud.google.com/vpc/docs/subnets
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from ..catalog import REGIONS
from ..errors import GoogleError, in_use, invalid, required
from ..operations import effect
from ..project import LocalProject
from ..routes import ROUTES, route
from ..rules import fingerprint
from ..store import Body, link, path_of
from ..wire import Call
from .generic import common, deleting, new_body, offer, path_of_body
from .kinds import FIREWALLS, INSTANCES, NETWORKS, SUBNETWORKS

# "Auto mode VPC network" of https://cloud.google.com/vpc/docs/subnets#ip-ranges
_AUTO = IPv4Network("10.128.0.0/9")
# "Valid IPv4 ranges": a primary range is a /29 at the smallest and a /4 at the largest.
_SMALLEST, _LARGEST = 29, 4

offer(NETWORKS)
offer(SUBNETWORKS, aggregate=True)


@route("networks.insert")
def insert(project: LocalProject, call: Call) -> Body:
    path, body = new_body(project, call, NETWORKS)
    automatic = call.body.get("autoCreateSubnetworks")
    if automatic is None:
        raise invalid("resource.IPv4Range", "", "Legacy networks cannot be created.")
    add_network(project, path, body, call.body)
    return project.operations.start(call, "insert", path, undo="network.remove")


def add_network(project: LocalProject, path: str, body: Body, asked: Body) -> None:
    mtu = asked.get("mtu", 1460)
    if not 1300 <= mtu <= 8896:
        raise invalid("resource.mtu", mtu, "Must be between 1300 and 8896.")
    body |= {
        "autoCreateSubnetworks": asked["autoCreateSubnetworks"],
        "mtu": mtu,
        "routingConfig": {"routingMode": "REGIONAL"} | asked.get("routingConfig", {}),
        "networkFirewallPolicyEnforcementOrder": "AFTER_CLASSIC_FIREWALL",
        "selfLinkWithId": link(f"{path.rpartition('/')[0]}/{body['id']}"),
    }
    project.store.items[path] = body
    if asked["autoCreateSubnetworks"]:
        for region, cidr in zip(sorted(REGIONS), _AUTO.subnets(new_prefix=20), strict=False):
            home = f"{project.root}/regions/{region}/subnetworks/{body['name']}"
            add_subnetwork(project, home, {"network": path, "ipCidrRange": str(cidr)})


def add_subnetwork(project: LocalProject, path: str, asked: Body) -> None:
    cidr = IPv4Network(asked["ipCidrRange"])
    body = common(project, path, SUBNETWORKS, asked) | {
        "network": link(asked["network"]),
        "ipCidrRange": str(cidr),
        "gatewayAddress": str(cidr[1]),
        "privateIpGoogleAccess": asked.get("privateIpGoogleAccess", False),
        "privateIpv6GoogleAccess": "DISABLE_GOOGLE_ACCESS",
        "purpose": "PRIVATE",
        "stackType": "IPV4_ONLY",
        "fingerprint": fingerprint([path, str(cidr)]),
    }
    project.store.items[path] = body
    project.store.items[asked["network"]].setdefault("subnetworks", []).append(link(path))


@route("subnetworks.insert")
def insert_subnetwork(project: LocalProject, call: Call) -> Body:
    path, _ = new_body(project, call, SUBNETWORKS)
    if "network" not in call.body:
        raise required("resource.network")
    network = project.store.refer(call.body["network"], NETWORKS, "resource.network")
    project.operations.check_ready(network)
    cidr = _range(call.body.get("ipCidrRange"))
    for other in subnets_of(project, network):
        if cidr.overlaps(IPv4Network(other["ipCidrRange"])):
            region = other["region"].rpartition("/")[2]
            raise GoogleError(
                400,
                "invalid",
                f"Invalid IPCidrRange: {cidr} conflicts with existing subnetwork "
                f"'{other['name']}' in region '{region}'.",
            )
    asked = call.body | {"network": network, "ipCidrRange": str(cidr)}
    add_subnetwork(project, path, asked)
    return project.operations.start(call, "insert", path, undo="subnetwork.remove")


def _range(text: str | None) -> IPv4Network:
    if text is None:
        raise required("resource.ipCidrRange")
    try:
        cidr = IPv4Network(text)
    except ValueError as e:
        raise invalid("resource.ipCidrRange", text, f"Must be a CIDR range: {e}") from e
    if not _LARGEST <= cidr.prefixlen <= _SMALLEST:
        raise invalid("resource.ipCidrRange", text, "Must be between /4 and /29.")
    return cidr


def subnets_of(project: LocalProject, network: str) -> Iterator[Body]:
    for body in project.store.of(project.project_id, SUBNETWORKS):
        if path_of(body["network"]) == network:
            yield body


def free_address(project: LocalProject, subnet: Body) -> IPv4Address | None:
    """The first that is free; the first two and the last two are Google's:
    https://cloud.google.com/vpc/docs/subnets#unusable-ip-addresses-in-every-subnet"""
    taken = {
        nic["networkIP"]
        for instance in project.store.of(project.project_id, INSTANCES)
        for nic in instance["networkInterfaces"]
        if nic["subnetwork"] == subnet["selfLink"]
    }
    cidr = IPv4Network(subnet["ipCidrRange"])
    usable = (cidr[index] for index in range(2, cidr.num_addresses - 2))
    return next((address for address in usable if str(address) not in taken), None)


def _users_of_network(project: LocalProject, path: str) -> Iterator[Body]:
    yield from subnets_of(project, path)
    for body in project.store.of(project.project_id, FIREWALLS):
        if path_of(body["network"]) == path:
            yield body


def _check_network_free(project: LocalProject, path: str, body: Body) -> None:
    """Subnetworks of an auto mode network go with it, unless an instance is on one."""
    for user in _users_of_network(project, path):
        if not (body["autoCreateSubnetworks"] and user["kind"] == SUBNETWORKS.kind):
            raise in_use("network", path, path_of_body(user))
        _check_subnetwork_free(project, path_of_body(user), user)


def _check_subnetwork_free(project: LocalProject, path: str, body: Body) -> None:
    for instance in project.store.of(project.project_id, INSTANCES):
        if any(n["subnetwork"] == body["selfLink"] for n in instance["networkInterfaces"]):
            raise in_use("subnetwork", path, path_of_body(instance))


@effect("subnetwork.remove")
def _remove_subnetwork(project: LocalProject, path: str, _arguments: dict[str, Any]) -> None:
    body = project.store.items.pop(path)
    network = project.store.items[path_of(body["network"])]
    network["subnetworks"].remove(body["selfLink"])


@effect("network.remove")
def _remove_network(project: LocalProject, path: str, _arguments: dict[str, Any]) -> None:
    for subnet in list(subnets_of(project, path)):
        project.store.items.pop(path_of_body(subnet))
    project.store.items.pop(path)


ROUTES["networks.delete"] = deleting(NETWORKS, _check_network_free, None, effect="network.remove")
ROUTES["subnetworks.delete"] = deleting(
    SUBNETWORKS, _check_subnetwork_free, None, effect="subnetwork.remove"
)


def make_default(project: LocalProject) -> None:
    """ "Each new project starts with a default network": https://cloud.google.com/vpc/docs/vpc#default-network"""
    path = f"{project.root}/global/networks/default"
    asked: dict[str, Any] = {"autoCreateSubnetworks": True}
    add_network(project, path, common(project, path, NETWORKS, asked), asked)
