"""What the contract suite needs to know of a provider's world."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

from novacron.models.base import Ownership
from novacron.models.vm import Vm, VmSpec, VmState
from novacron.models.volume import VolumeSpec
from novacron.providers.base import CloudProvider

TENANT = "contract"
_numbers = itertools.count(1)


@dataclass
class Env:
    """``settle`` lets the provider's world move on, without real sleep wherever possible."""

    name: str
    provider: CloudProvider
    region: str
    image: str
    settle: Callable[[], None] = lambda: None
    boot: Callable[[str], None] = lambda _: None
    """Comes back when the VM's guest is up, where there is one that must answer."""
    zone: str | None = None
    instance_type: str | None = None
    other_type: str | None = None
    looks: int = 50
    write_block: Callable[[str, int, bytes], None] | None = None
    read_block: Callable[[str, int], bytes | None] | None = None
    made: list[str] = field(default_factory=list)

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

    def until(self, vm_id: str, state: VmState) -> Vm:
        """Look at the VM until it is in ``state``; fails after ``looks`` looks."""
        seen: list[VmState] = []
        for _ in range(self.looks):
            vm = self.provider.get_vm(vm_id)
            if vm.state is state:
                return vm
            seen.append(vm.state)
            self.settle()
        raise AssertionError(f"{vm_id} never was {state}: {seen}")

    def running_vm(self, **changes: object) -> Vm:
        vm = self.provider.create_vm(self.vm_spec(**changes), self.owner())
        self.made.append(vm.id)
        return self.until(vm.id, VmState.RUNNING)
