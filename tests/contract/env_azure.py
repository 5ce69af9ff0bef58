"""Azure: the real SDK against the strict local subscription."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from infra.local.azure_account import Server, start_in_thread
from infra.local.azure_account.account import LocalAccount
from infra.local.azure_account.networks.dns import ZONE
from infra.local.azure_account.store import Resource
from novacron.models.base import Ownership
from novacron.models.commitment import CommitmentSpec
from novacron.models.guest import GuestResult
from novacron.models.network import NetworkSpec, SubnetSpec
from novacron.providers.azure.base import COMPUTE, NETWORK
from novacron.providers.azure.provider import AzureProvider
from tests.contract.env import Env, SpotPoints, answer
from tests.contract.wire import Exchange, Wire
from tests.integration.azure_account.specification import Specification, described, put_complaints

REASON_TO_SKIP: str | None = None
TRANSITION = 5.0
IMAGE = "ubuntu-24.04"
SECTOR = 512


def account_settings(server: Server) -> dict[str, str]:
    return server.account.options.settings(server.url, server.ca_file)


def secret(server: Server) -> dict[str, str]:
    return {"client_secret": server.account.options.client_secret}


def judge() -> Callable[[Exchange], list[str]]:
    """Of the described shape, and of what the newer schemas say of a body that is put."""
    specification = Specification()

    def complaints(exchange: Exchange) -> list[str]:
        put = exchange["method"] == "PUT" and described(exchange)
        return specification.complaints(exchange) + (put_complaints(exchange) if put else [])

    return complaints


@contextmanager
def open_env(folder: Path) -> Iterator[Env]:
    server = start_in_thread(folder, transition_describes=0)
    account = server.account
    recording = folder / "exchanges.jsonl"
    account.switches.exchanges = str(recording)
    settings, region = account_settings(server), account.options.location
    network = AzureProvider.from_settings(settings, secret(server)).create_network(
        NetworkSpec(
            name="home",
            region=region,
            cidr="10.0.0.0/16",
            subnets=[SubnetSpec(name="a", cidr="10.0.0.0/20")],
        ),
        Ownership(tenant="contract", operation="home"),
    )
    account.switches.transition_seconds = TRANSITION

    def settle() -> None:
        account.clock.advance(2 * TRANSITION)

    def content(volume_id: str) -> str:
        place = f"{account.root}/resourceGroups/{account.options.resource_group}"
        disk = account.store.get(f"{place}/providers/Microsoft.Compute/disks/{volume_id}")
        assert disk is not None
        return str(disk.private["content"])

    def write_block(volume_id: str, index: int, data: bytes) -> None:
        account.contents.write(content(volume_id), index * SECTOR, data)

    def read_block(volume_id: str, index: int) -> bytes | None:
        return account.contents.read(content(volume_id), index * SECTOR, SECTOR)

    def make_zone(domain: str) -> str:
        place = f"{account.root}/resourceGroups/{account.options.resource_group}"
        zone = f"{place}/providers/Microsoft.Network/dnszones/{domain}"
        account.store.put(Resource(zone, ZONE, "global"))
        return domain

    def agent(vm_id: str, shell: Callable[[str], GuestResult]) -> None:
        account.shells[vm_id] = partial(answer, shell)

    default_subnet = network.subnets[0].id
    provider = AzureProvider.from_settings(
        {**settings, "default_subnet": default_subnet}, secret(server)
    )
    kept = Networked(server, provider, default_subnet, settle)
    try:
        yield Env(
            name="azure",
            provider=provider,
            region=region,
            image=IMAGE,
            settle=settle,
            instance_type="Standard_B2s",
            other_type="Standard_D2s_v5",
            # A managed image is a copy of its own:
            # https://learn.microsoft.com/en-us/azure/virtual-machines/capture-image-resource
            image_holds_snapshot=False,
            write_block=write_block,
            read_block=read_block,
            make_zone=make_zone,
            make_pool=kept.make_pool,
            agent=agent,
            make_address=kept.make_address,
            hold_address=kept.hold_address,
            commitment=CommitmentSpec(
                region=region,
                instance_type="Standard_D2s_v5",
                count=2,
                term="1y",
                payment="reservation",
            ),
            tell_spot=partial(_tell_spot, account),
            spot_type="Standard_D4s_v5",
            make_reservation=kept.make_reservation,
            join_reservation=kept.join_reservation,
            reserved_type="Standard_D2s_v5",
            wire=Wire(recording, judge()),
        )
    finally:
        server.stop()


def _tell_spot(account: LocalAccount, points: SpotPoints) -> None:
    """The newest price first, sizes in small letters, and times with seven digits."""
    place = {"sku": {"name": "standard_d4s_v5"}, "location": account.options.location}
    prices = [
        {"effectiveDate": f"{at:%Y-%m-%dT%H:%M:%S}.0000000Z", "priceUSD": float(price)}
        for at, price in reversed(points)
    ]
    kind = "microsoft.compute/{}/location".format
    account.spot_resources = [
        {**place, "type": kind("skuspotevictionrate"), "properties": {"evictionRate": "5-10"}},
        *(
            {
                **place,
                "type": kind("skuspotpricehistory/ostype"),
                "properties": {"osType": system, "spotPrices": told},
            }
            for system, told in (("windows", prices[1:]), ("linux", prices))
        ),
    ]


@dataclass(frozen=True)
class Networked:
    """What stands on the network where VMs are put and is no part of the contract."""

    server: Server
    provider: AzureProvider
    subnet: str
    settle: Callable[[], None]

    def make_reservation(self) -> str:
        client, options = self.provider.compute, self.server.account.options
        here: Any = {"location": options.location}
        client.capacity_reservation_groups.create_or_update(options.resource_group, "kept", here)
        asked = {**here, "sku": {"name": "Standard_D2s_v5", "capacity": 2}}
        begin = client.capacity_reservations.begin_create_or_update
        self.provider.begin(begin, "kept", "two", asked)
        self.settle()
        return "kept/two"

    def join_reservation(self, vm_id: str) -> None:
        """https://learn.microsoft.com/en-us/azure/virtual-machines/capacity-reservation-associate-vm"""
        machines = self.provider.compute.virtual_machines
        group = {"id": self.provider.arm_id(COMPUTE, "capacityReservationGroups", "kept")}
        asked: Any = {"properties": {"capacityReservation": {"capacityReservationGroup": group}}}
        for begin, told in (
            (machines.begin_deallocate, []),
            (machines.begin_update, [asked]),
            (machines.begin_start, []),
        ):
            self.provider.begin(begin, vm_id, *told)
            self.settle()

    def make_pool(self, name: str) -> str:
        """Of an internal load balancer, on the network where VMs are put."""
        account, client = self.server.account, self.provider.network
        own = self.provider.arm_id(NETWORK, "loadBalancers", name)
        rule = {
            "frontendIPConfiguration": {"id": f"{own}/frontendIPConfigurations/front"},
            "backendAddressPool": {"id": f"{own}/backendAddressPools/web"},
            "protocol": "Tcp",
            "frontendPort": 80,
            "backendPort": 80,
        }
        frontend = {"subnet": {"id": self.provider.subnet_arm_id(self.subnet, "")}}
        body = {
            "location": account.options.location,
            "sku": {"name": "Standard"},
            "properties": {
                "frontendIPConfigurations": [{"name": "front", "properties": frontend}],
                "backendAddressPools": [{"name": "web"}],
                "loadBalancingRules": [{"name": "http", "properties": rule}],
                "probes": [{"name": "up", "properties": {"protocol": "Tcp", "port": 80}}],
            },
        }
        self.provider.begin(client.load_balancers.begin_create_or_update, name, body)
        self.settle()
        client.load_balancers.get(account.options.resource_group, name)
        return f"{name}/web"

    def make_address(self) -> str:
        account = self.server.account
        name, client = f"kept-{account.clock.now():.0f}", self.provider.network.public_ip_addresses
        asked: Any = {
            "location": account.options.location,
            "sku": {"name": "Standard"},
            "properties": {"publicIPAllocationMethod": "Static"},
        }
        self.provider.begin(client.begin_create_or_update, name, asked)
        self.settle()
        return name

    def hold_address(self, address_id: str, held: bool) -> None:
        """By an interface that is made and deleted."""
        client, name = self.provider.network.network_interfaces, f"holds-{address_id}"
        if held:
            subnet = self.provider.subnet_arm_id(self.subnet, "subnet_id")
            taken = {"id": self.provider.arm_id(NETWORK, "publicIPAddresses", address_id)}
            one = {"subnet": {"id": subnet}, "publicIPAddress": taken}
            configurations = [{"name": "first", "properties": one}]
            body: Any = {
                "location": self.server.account.options.location,
                "properties": {"ipConfigurations": configurations},
            }
            self.provider.begin(client.begin_create_or_update, name, body)
        else:
            self.provider.begin(client.begin_delete, name)
        self.settle()
