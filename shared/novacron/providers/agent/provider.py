"""The contract, each method one command to the agent.

What an agent's libvirt cannot do, it refuses itself; capabilities are those of libvirt. Disks are
read and written by ``migration.where``: here is only what is said of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from novacron.errors import InvalidSpec
from novacron.models.account import (
    Health,
    Identity,
    MetricName,
    MetricPoint,
    ProviderType,
    Quota,
    Usage,
)
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.guest import GuestResult
from novacron.models.image import Image, ImageSpec
from novacron.models.network import Network, NetworkSpec
from novacron.models.vm import Vm, VmFilter, VmSize, VmSpec
from novacron.models.volume import (
    ResourceFilter,
    Snapshot,
    SnapshotSpec,
    Volume,
    VolumeSpec,
)
from novacron.providers.agent import wire
from novacron.providers.agent.courier import Courier, NoCourier
from novacron.providers.agent.transfer import AgentTransfer
from novacron.providers.base import CloudProvider, OnlineVolumeResize
from novacron.providers.guest_commands import GuestCommands
from novacron.providers.pricing import CardPriced

MOST_ITEMS = 100
"""Of a page: an answer travels as one record of the table."""


class AgentProvider(CardPriced, AgentTransfer, GuestCommands, CloudProvider, OnlineVolumeResize):
    """The hosts that one agent reaches. ``courier`` and ``tenant`` come from who makes it."""

    type = ProviderType.AGENT
    refusals = {
        "SpotVms": "a host of one's own has no spare capacity for sale",
        "DnsRecords": "a host serves no zones: name one of a cloud's account",
        "PublicAddresses": "a network of one's own reserves no public addresses",
        "LoadBalancers": "a host has no load balancer: name a pool of a cloud's account",
        "LoadBalancerList": "a host has no load balancer",
        "CapacityReservations": "a host's capacity is one's own, used or not",
        "Commitments": "nobody sells a commitment to one's own hosts",
        "SpotMarkets": "a host of one's own has no spare capacity for sale",
        "BillingSource": "nobody bills for one's own hosts: the rate card and the state history do",
    }
    courier: Courier = NoCourier()
    tenant = ""

    def __init__(self, agent_id: str) -> None:
        self._agent = agent_id

    @classmethod
    def from_settings(cls, settings: dict[str, str], secret: dict[str, str]) -> Self:
        """Settings: ``agent``, its id. InvalidSpec: another setting, or any secret."""
        for kind, names in (("settings", settings.keys() - {"agent"}), ("secret", secret.keys())):
            for name in names:
                raise InvalidSpec(f"An agent takes no {name!r} here.", field=f"{kind}.{name}")
        if not settings.get("agent"):
            raise InvalidSpec("Which agent? Give its id.", field="settings.agent")
        return cls(settings["agent"])

    def _ask(self, method: str, **arguments: Any) -> Any:
        page = arguments.get("page")
        if isinstance(page, PageRequest) and page.limit > MOST_ITEMS:
            arguments["page"] = page.model_copy(update={"limit": MOST_ITEMS})
        told = wire.encode(method, arguments)
        outcome = self.courier.call(self.tenant, self._agent, method, told)
        return wire.answer(method, outcome)

    def authenticate(self) -> Identity:
        found: Identity = self._ask("authenticate")
        return found.model_copy(update={"type": self.type})

    def validate_credentials(self) -> Health:
        return self.health()

    def health(self) -> Health:
        return self.courier.health(self.tenant, self._agent)

    def check_operation(self, provider_operation: str) -> None:
        self._ask("check_operation", provider_operation=provider_operation)

    def create_vm(self, spec: VmSpec, owner: Ownership) -> Vm:
        found: Vm = self._ask("create_vm", spec=spec, owner=owner)
        return found

    def get_vm(self, vm_id: str) -> Vm:
        found: Vm = self._ask("get_vm", vm_id=vm_id)
        return found

    def list_vms(self, where: VmFilter, page: PageRequest) -> Page[Vm]:
        found: Page[Vm] = self._ask("list_vms", where=where, page=page)
        return found

    def start_vm(self, vm_id: str) -> Vm:
        found: Vm = self._ask("start_vm", vm_id=vm_id)
        return found

    def stop_vm(self, vm_id: str, *, force: bool = False) -> Vm:
        found: Vm = self._ask("stop_vm", vm_id=vm_id, force=force)
        return found

    def restart_vm(self, vm_id: str) -> Vm:
        found: Vm = self._ask("restart_vm", vm_id=vm_id)
        return found

    def resize_vm(self, vm_id: str, size: VmSize) -> Vm:
        found: Vm = self._ask("resize_vm", vm_id=vm_id, size=size)
        return found

    def delete_vm(self, vm_id: str) -> None:
        self._ask("delete_vm", vm_id=vm_id)

    def console_output(self, vm_id: str) -> str:
        found: str = self._ask("console_output", vm_id=vm_id)
        return found

    def check_guest(self, vm_id: str) -> None:
        self._ask("check_guest", vm_id=vm_id)

    def run_in_guest(self, vm_id: str, script: str, owner: Ownership) -> GuestResult:
        found: GuestResult = self._ask("run_in_guest", vm_id=vm_id, script=script, owner=owner)
        return found

    def forget_guest_run(self, vm_id: str, owner: Ownership) -> None:
        self._ask("forget_guest_run", vm_id=vm_id, owner=owner)

    def create_volume(self, spec: VolumeSpec, owner: Ownership) -> Volume:
        found: Volume = self._ask("create_volume", spec=spec, owner=owner)
        return found

    def get_volume(self, volume_id: str) -> Volume:
        found: Volume = self._ask("get_volume", volume_id=volume_id)
        return found

    def list_volumes(self, where: ResourceFilter, page: PageRequest) -> Page[Volume]:
        found: Page[Volume] = self._ask("list_volumes", where=where, page=page)
        return found

    def delete_volume(self, volume_id: str) -> None:
        self._ask("delete_volume", volume_id=volume_id)

    def attach_volume(self, volume_id: str, vm_id: str) -> Volume:
        found: Volume = self._ask("attach_volume", volume_id=volume_id, vm_id=vm_id)
        return found

    def detach_volume(self, volume_id: str) -> Volume:
        found: Volume = self._ask("detach_volume", volume_id=volume_id)
        return found

    def resize_volume(self, volume_id: str, size_gib: int) -> Volume:
        found: Volume = self._ask("resize_volume", volume_id=volume_id, size_gib=size_gib)
        return found

    def create_snapshot(self, spec: SnapshotSpec, owner: Ownership) -> Snapshot:
        found: Snapshot = self._ask("create_snapshot", spec=spec, owner=owner)
        return found

    def get_snapshot(self, snapshot_id: str) -> Snapshot:
        found: Snapshot = self._ask("get_snapshot", snapshot_id=snapshot_id)
        return found

    def list_snapshots(self, where: ResourceFilter, page: PageRequest) -> Page[Snapshot]:
        found: Page[Snapshot] = self._ask("list_snapshots", where=where, page=page)
        return found

    def delete_snapshot(self, snapshot_id: str) -> None:
        self._ask("delete_snapshot", snapshot_id=snapshot_id)

    def create_network(self, spec: NetworkSpec, owner: Ownership) -> Network:
        found: Network = self._ask("create_network", spec=spec, owner=owner)
        return found

    def get_network(self, network_id: str) -> Network:
        found: Network = self._ask("get_network", network_id=network_id)
        return found

    def list_networks(self, where: ResourceFilter, page: PageRequest) -> Page[Network]:
        found: Page[Network] = self._ask("list_networks", where=where, page=page)
        return found

    def delete_network(self, network_id: str) -> None:
        self._ask("delete_network", network_id=network_id)

    def import_image(self, spec: ImageSpec, owner: Ownership) -> Image:
        found: Image = self._ask("import_image", spec=spec, owner=owner)
        return found

    def get_image(self, image_id: str) -> Image:
        found: Image = self._ask("get_image", image_id=image_id)
        return found

    def list_images(self, where: ResourceFilter, page: PageRequest) -> Page[Image]:
        found: Page[Image] = self._ask("list_images", where=where, page=page)
        return found

    def delete_image(self, image_id: str) -> None:
        self._ask("delete_image", image_id=image_id)

    def get_quota(self, region: str) -> Quota:
        found: Quota = self._ask("get_quota", region=region)
        return found

    def get_usage(self, region: str) -> Usage:
        found: Usage = self._ask("get_usage", region=region)
        return found

    def get_metrics(
        self, vm_id: str, names: list[MetricName], start: datetime, end: datetime
    ) -> list[MetricPoint]:
        found: list[MetricPoint] = self._ask(
            "get_metrics", vm_id=vm_id, names=names, start=start, end=end
        )
        return found
