"""What the contract suite needs to know of a provider's world."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from novacron.errors import NotFound, NotReady
from novacron.models.base import Ownership
from novacron.models.commitment import CommitmentSpec
from novacron.models.guest import GuestResult
from novacron.models.transfer import Export, Import
from novacron.models.vm import Vm, VmSpec, VmState
from novacron.models.volume import VolumeSpec
from novacron.providers.base import CloudProvider
from novacron.providers.transfer import DiskExport, DiskImport
from tests.contract.wire import Wire

T = TypeVar("T")
TENANT = "contract"
SECTOR = 512
_numbers = itertools.count(1)

SpotPoints = list[tuple[datetime, Decimal]]


@dataclass
class Env:
    """``settle`` lets the provider's world move on, without real sleep wherever possible."""

    name: str
    provider: CloudProvider
    region: str
    image: str
    settle: Callable[[], None] = lambda: None
    boot: Callable[[str], object] = lambda _: None
    """Comes back when the VM's guest is up, where there is one that must answer."""
    user_data: Callable[[str], str] | None = None
    """What the VM's guest found as user data, where there is a guest that says so."""
    zone: str | None = None
    instance_type: str | None = None
    other_type: str | None = None
    looks: int = 50
    image_holds_snapshot: bool = True
    """Whether a snapshot cannot be deleted before the image that was made from it."""
    guest_is_still: bool = True
    """Whether a guest leaves its boot disk alone, as one that is no more than a record does."""
    write_block: Callable[[str, int, bytes], None] | None = None
    """Writes a sector of a volume, as a guest would."""
    read_block: Callable[[str, int], bytes | None] | None = None
    lend: Callable[[Any], Any] = lambda moved: moved
    """Gives an export or import the worker that it waits for, where one does the moving."""
    reader: Callable[[Export], DiskExport] | None = None
    """Who reads an export's bytes, where the provider itself does not."""
    writer: Callable[[Import], DiskImport] | None = None
    tells_changes: bool = True
    """Whether a later export tells what changed; if not, everything may have."""
    moves_disks: bool = True
    """Whether an agent's hosts do what the agent could ask of them."""
    make_zone: Callable[[str], str] | None = None
    """Makes a zone of names for a domain, where the provider serves any; returns what it is called.
    No part of the contract: zones are delegated by hand."""
    make_pool: Callable[[str], str] | None = None
    """Makes a load balancer with a pool that takes the VMs of ``running_vm``; returns the pool."""
    agent: Callable[[str, Callable[[str], GuestResult]], None] | None = None
    """Gives the VM's guest an agent that runs scripts with this shell."""
    make_address: Callable[[], str] | None = None
    """Reserves a public address, where the provider has any; no part of the contract either."""
    hold_address: Callable[[str, bool], None] = lambda _id, _held: None
    """Something else takes the address, or lets it go."""
    make_reservation: Callable[[], str] | None = None
    """Reserves room for two VMs of ``reserved_type``, which none has; returns its id."""
    reserved_type: str = ""
    reserved_spec: dict[str, Any] = field(default_factory=dict)
    """Of a VM that runs there, where that is not said by a type."""
    commitment: CommitmentSpec | None = None
    """One that is for sale, where any is."""
    tell_spot: Callable[[SpotPoints], None] | None = None
    """Lets ``spot_type`` have had these spot prices, with 5 to 10 percent of interruptions."""
    spot_type: str = ""
    join_reservation: Callable[[str], None] = lambda _vm_id: None
    """Puts a VM there, where it is not by its type alone; no part of the contract."""
    wire: Wire | None = None
    """The recording of all that is said, where the cloud has a specification to hold it against."""
    made: list[str] = field(default_factory=list)

    def done(self, call: Callable[[], T]) -> T:
        """What ``call`` gives once it no longer raises NotReady."""
        for _ in range(self.looks):
            try:
                return call()
            except NotReady:
                self.settle()
        return call()

    def owner(self) -> Ownership:
        """A new operation of the suite's tenant."""
        return Ownership(tenant=TENANT, operation=f"op-{self.name}-{next(_numbers)}")

    def vm_spec(self, **changes: object) -> VmSpec:
        given = {
            "name": f"contract-{next(_numbers)}",
            "region": self.region,
            "zone": self.zone,
            "image": self.image,
            "instance_type": self.instance_type,
            "memory_mib": 256,
            **changes,
        }
        return VmSpec.model_validate(given)

    def volume_spec(self, **changes: object) -> VolumeSpec:
        given = {
            "name": f"contract-{next(_numbers)}",
            "region": self.region,
            "zone": self.zone,
            "size_gib": 1,
            **changes,
        }
        return VolumeSpec.model_validate(given)

    def deleted(self, delete: Callable[[str], None], get: Callable[[str], object], id: str) -> None:
        """Delete it and look until it is not found; fails after ``looks`` looks."""
        self.done(lambda: delete(id))
        for _ in range(self.looks):
            try:
                found = get(id)
            except NotFound:
                return
            if getattr(found, "state", None) is VmState.DELETED:
                return
            self.settle()
        raise AssertionError(f"{id} is still there after its delete")

    def until(self, vm_id: str, state: VmState, change: Vm | None = None) -> Vm:
        """Look at the VM until it is in ``state``; fails after ``looks`` looks.

        ``change``: what the call that began it returned; the provider's operation ends first.
        """
        if change is not None and change.provider_operation is not None:
            under_way = change.provider_operation
            self.done(lambda: self.provider.check_operation(under_way))
        seen: list[VmState] = []
        for _ in range(self.looks):
            vm = self.provider.get_vm(vm_id)
            if vm.state is state:
                return vm
            seen.append(vm.state)
            self.settle()
        raise AssertionError(f"{vm_id} never was {state}: {seen}")

    def running_vm(self, **changes: object) -> Vm:
        spec, owner = self.vm_spec(**changes), self.owner()
        vm = self.done(lambda: self.provider.create_vm(spec, owner))
        self.made.append(vm.id)
        return self.until(vm.id, VmState.RUNNING, vm)


def answer(shell: Callable[[str], GuestResult], _: str, script: str) -> tuple[int, str, str]:
    """What the local cloud is told by a VM's agent."""
    told = shell(script)
    return told.exit_code, told.output, ""
