"""Looking at instances: Google's description as our Vm, and the sizes behind type names."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from novacron.errors import NotFound, NotReady
from novacron.models.vm import Vm
from novacron.providers.gcp.auth import GcpAccount
from novacron.providers.gcp.base import Place, last, place_of
from novacron.providers.gcp.operations import Operations, is_missing
from novacron.providers.gcp.ownership import owned
from novacron.providers.gcp.paging import Lists
from novacron.providers.gcp.states import INSTANCE, meaning


class Size(NamedTuple):
    vcpus: int
    memory_mib: int


class Instances(Lists, Operations):
    def __init__(self, account: GcpAccount) -> None:
        super().__init__(account)
        self._sizes: dict[str, Size] = {}

    def find_instance(self, vm_id: str) -> Any:
        """Raises NotFound; NotReady while the insert that will show it runs."""
        place = self.locate(vm_id)
        try:
            return self.call("instances", "get", zone=place.zone, instance=place.name)
        except Exception as error:
            if not is_missing(error):
                raise
            if self._is_being_made(place):
                raise NotReady(f"VM {vm_id!r} is being made.") from error
            raise NotFound(f"There is no VM {vm_id!r}.") from error

    def _is_being_made(self, place: Place) -> bool:
        """Whether an insert of it was accepted and is not done: an answer may come before the
        instance can be seen."""
        running = self.everything(
            "zone_operations",
            '(status != "DONE") (operationType = "insert")',
            zone=place.zone,
        )
        return any(one.target_link.endswith(f"/instances/{place.name}") for one in running)

    def size_of(self, zone: str, machine_type: str) -> Size:
        """Each type is asked for once, custom ones too."""
        if machine_type not in self._sizes:
            found = self.call("machine_types", "get", zone=zone, machine_type=machine_type)
            self._sizes[machine_type] = Size(found.guest_cpus, found.memory_mb)
        return self._sizes[machine_type]

    def to_vm(self, native: Any, operation: str | None = None) -> Vm:
        owner = owned(native)
        state, bills = meaning(INSTANCE, native.status)
        place = place_of(native.self_link)
        size = self.size_of(place.zone, last(native.machine_type))
        interfaces = list(native.network_interfaces)
        return Vm(
            id=place.id,
            name=owner.name,
            state=state,
            region=place.region,
            zone=place.zone,
            instance_type=last(native.machine_type),
            vcpus=size.vcpus,
            memory_mib=size.memory_mib,
            private_ips=_addresses(interfaces),
            public_ips=[
                config.nat_i_p
                for nic in interfaces
                for config in nic.access_configs
                if config.nat_i_p
            ],
            volume_ids=[place_of(disk.source).id for disk in native.disks if disk.source],
            created_at=when(native.creation_timestamp),
            spot=native.scheduling.provisioning_model == "SPOT",
            bills_compute=bills,
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
            provider_operation=operation,
        )


def _addresses(interfaces: list[Any]) -> list[str]:
    """IPv4 and IPv6 of all interfaces, the first interface's first."""
    found = [address for nic in interfaces for address in (nic.network_i_p, nic.ipv6_address)]
    return [address for address in found if address]


def when(timestamp: str) -> datetime | None:
    return datetime.fromisoformat(timestamp) if timestamp else None
