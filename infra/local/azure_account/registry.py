"""Every route, with the resource families behind them."""

from __future__ import annotations

from . import commitments, costs, groups, insights, operations, resource_graph
from .catalog import images as marketplace
from .catalog import quotas, sizes
from .disks.disks import Disks
from .disks.images import Images
from .disks.snapshots import Snapshots
from .families import Family
from .networks import dns
from .networks.load_balancers import LoadBalancers
from .networks.nics import NetworkInterfaces
from .networks.nsgs import NetworkSecurityGroups
from .networks.public_ips import PublicIPAddresses
from .networks.rules import SecurityRules
from .networks.subnets import Subnets
from .networks.vnets import VirtualNetworks
from .routes import Route
from .vms.capacity_families import CapacityReservationGroups, CapacityReservations
from .vms.family import VirtualMachines
from .vms.run_commands import RunCommands

_FAMILIES: tuple[Family, ...] = (
    groups.ResourceGroups(),
    VirtualMachines(),
    RunCommands(),
    CapacityReservationGroups(),
    CapacityReservations(),
    Disks(),
    Snapshots(),
    Images(),
    VirtualNetworks(),
    Subnets(),
    NetworkSecurityGroups(),
    SecurityRules(),
    NetworkInterfaces(),
    PublicIPAddresses(),
    LoadBalancers(),
)
_OPERATIONS = "/subscriptions/{sub}/providers/{provider}/locations/{location}"
ROUTES: list[Route] = [
    Route("GET", f"{_OPERATIONS}/operations/{{operation}}", "Operations_Status", operations.status),
    Route(
        "GET",
        f"{_OPERATIONS}/operationResults/{{operation}}",
        "Operations_Result",
        operations.result,
    ),
    *sizes.ROUTES,
    *quotas.ROUTES,
    *marketplace.ROUTES,
    *insights.ROUTES,
    *costs.ROUTES,
    *commitments.ROUTES,
    *resource_graph.ROUTES,
    *dns.ROUTES,
    *groups.ROUTES,
    *(route for family in _FAMILIES for route in family.routes()),
]
