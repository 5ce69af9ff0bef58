"""Virtual machines of the in-memory cloud."""

from __future__ import annotations

from novacron.errors import (
    Conflict,
    InvalidSpec,
    NoCapacity,
    NotFound,
    NotReady,
    QuotaExceeded,
)
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.transfer import AssembleSpec
from novacron.models.vm import DiskSpec, Vm, VmFilter, VmSize, VmSpec, VmState
from novacron.models.volume import Volume, VolumeState
from novacron.providers.base import Vms
from novacron.providers.memory.cloud import (
    REGION,
    MemoryBase,
    MemoryCloud,
    call,
    find,
    made_before,
    page_of,
    remember,
)
from novacron.providers.memory.states import BILLS_COMPUTE

LIVE = frozenset(
    {
        VmState.PENDING,
        VmState.RUNNING,
        VmState.STOPPING,
        VmState.STOPPED,
        VmState.SUSPENDED,
    }
)


class MemoryVms(MemoryBase, Vms):
    @call
    def create_vm(self, spec: VmSpec, owner: Ownership) -> Vm:
        cloud = self.cloud
        again = made_before(cloud, "vm", spec, owner)
        if again is not None:
            return find(cloud.vms, "VM", again)
        _refuse(cloud, spec)
        vm_id = cloud.new_id("vm")
        disks = _own_disks(cloud, spec, owner, vm_id)
        vm = new_vm(cloud, vm_id, spec, owner, disks)
        vm = vm.model_copy(update={"image_id": spec.image, "spot": spec.spot})
        cloud.vms[vm_id] = vm
        cloud.own_volumes[vm_id] = disks
        if spec.subnet_id is not None:
            cloud.vm_subnets[vm_id] = spec.subnet_id
        remember(cloud, "vm", spec, owner, vm_id)
        return _begin(cloud, "create_vm", move(cloud, vm, VmState.PENDING, VmState.RUNNING))

    @call
    def get_vm(self, vm_id: str) -> Vm:
        cloud = self.cloud
        vm = find(cloud.vms, "VM", vm_id)
        target, looks = cloud.arriving.get(vm_id, (vm.state, 0))
        if looks > 0:
            cloud.arriving[vm_id] = (target, looks - 1)
            return vm
        cloud.arriving.pop(vm_id, None)
        return _be(cloud, vm, target)

    @call
    def list_vms(self, where: VmFilter, page: PageRequest) -> Page[Vm]:
        matching = [vm for vm in self.cloud.vms.values() if _matches(vm, where)]
        return page_of(matching, page, lambda vm: vm.id)

    @call
    def start_vm(self, vm_id: str) -> Vm:
        vm = self._live(vm_id)
        if vm.state in (VmState.RUNNING, VmState.PENDING):
            return vm
        if vm.state is not VmState.STOPPED:
            raise Conflict(f"VM {vm_id} is {vm.state.value}; wait until it is stopped.")
        started = move(self.cloud, vm, VmState.PENDING, VmState.RUNNING)
        return _begin(self.cloud, "start_vm", started)

    @call
    def check_operation(self, provider_operation: str) -> None:
        """Running at the first look, failed at the second; the VM is then stopped."""
        cloud = self.cloud
        if provider_operation not in cloud.failing:
            return
        vm_id, error, looked_at = cloud.failing[provider_operation]
        if not looked_at:
            cloud.failing[provider_operation] = (vm_id, error, True)
            raise NotReady(f"{provider_operation} is running.")
        cloud.arriving.pop(vm_id, None)
        _be(cloud, cloud.vms[vm_id], VmState.STOPPED)
        raise error

    @call
    def stop_vm(self, vm_id: str, *, force: bool = False) -> Vm:
        vm = self._live(vm_id)
        if vm.state is VmState.STOPPED or (vm.state is VmState.STOPPING and not force):
            return vm
        if force:
            self.cloud.arriving.pop(vm_id, None)
            return _be(self.cloud, vm, VmState.STOPPED)
        return move(self.cloud, vm, VmState.STOPPING, VmState.STOPPED)

    @call
    def restart_vm(self, vm_id: str) -> Vm:
        vm = self._live(vm_id)
        if vm.state is not VmState.RUNNING:
            raise Conflict(f"VM {vm_id} is {vm.state.value}; only a running VM restarts.")
        return vm

    @call
    def resize_vm(self, vm_id: str, size: VmSize) -> Vm:
        vm = self._live(vm_id)
        if vm.state is not VmState.STOPPED:
            raise Conflict(f"VM {vm_id} is {vm.state.value}; stop it first.")
        grown = {"vcpus": size.vcpus, "memory_mib": size.memory_mib}
        self.cloud.vms[vm_id] = vm.model_copy(update=grown)
        return self.cloud.vms[vm_id]

    @call
    def delete_vm(self, vm_id: str) -> None:
        cloud = self.cloud
        vm = self._live(vm_id)
        own = cloud.own_volumes.pop(vm_id, [])
        for volume_id in own:
            cloud.volumes.pop(volume_id, None)
            cloud.blocks.pop(volume_id, None)
        for volume_id in set(vm.volume_ids) - set(own):
            free = {"attached_to": None, "state": VolumeState.AVAILABLE}
            cloud.volumes[volume_id] = cloud.volumes[volume_id].model_copy(update=free)
        cloud.arriving.pop(vm_id, None)
        cloud.vm_subnets.pop(vm_id, None)
        _be(cloud, vm.model_copy(update={"volume_ids": []}), VmState.DELETED)

    @call
    def console_output(self, vm_id: str) -> str:
        vm = self._live(vm_id)
        return f"{vm.name} login: " if vm.state is VmState.RUNNING else ""

    def _live(self, vm_id: str) -> Vm:
        vm = find(self.cloud.vms, "VM", vm_id)
        if vm.state not in LIVE:
            raise NotFound(f"VM {vm_id!r} is {vm.state.value}.")
        return vm


def new_vm(
    cloud: MemoryCloud,
    vm_id: str,
    spec: VmSpec | AssembleSpec,
    owner: Ownership,
    disks: list[str],
) -> Vm:
    """Pending, with the next address."""
    return Vm(
        id=vm_id,
        name=spec.name,
        state=VmState.PENDING,
        region=spec.region,
        vcpus=spec.vcpus,
        memory_mib=spec.memory_mib,
        private_ips=[f"10.0.{len(cloud.vms) // 250}.{len(cloud.vms) % 250 + 4}"],
        volume_ids=disks,
        created_at=cloud.now(),
        bills_compute=True,
        tags=spec.tags,
        tenant=owner.tenant,
        operation=owner.operation,
    )


def move(cloud: MemoryCloud, vm: Vm, through: VmState, target: VmState) -> Vm:
    """Put ``vm`` into ``through``; it reaches ``target`` after ``looks_to_settle`` looks."""
    cloud.arriving[vm.id] = (target, cloud.looks_to_settle)
    return _be(cloud, vm, through)


def _begin(cloud: MemoryCloud, method: str, vm: Vm) -> Vm:
    """``vm`` with the name of an operation where it is to fail after it was accepted."""
    error = cloud.faults.later(method)
    if error is None:
        return vm
    name = cloud.new_id("operation")
    cloud.failing[name] = (vm.id, error, False)
    return vm.model_copy(update={"provider_operation": name})


def _be(cloud: MemoryCloud, vm: Vm, state: VmState) -> Vm:
    changed = vm.model_copy(update={"state": state, "bills_compute": BILLS_COMPUTE[state]})
    cloud.vms[vm.id] = changed
    return changed


def _refuse(cloud: MemoryCloud, spec: VmSpec) -> None:
    if spec.region != REGION:
        raise InvalidSpec(f"There is no region {spec.region!r}; use {REGION!r}.", field="region")
    if spec.subnet_id is not None:
        subnets = {subnet.id for net in cloud.networks.values() for subnet in net.subnets}
        if spec.subnet_id not in subnets:
            raise InvalidSpec(f"There is no subnet {spec.subnet_id!r}.", field="subnet_id")
    live = [vm for vm in cloud.vms.values() if vm.state in LIVE]
    used = sum(vm.vcpus or 0 for vm in live)
    quota = cloud.quota
    if quota.vms is not None and len(live) >= quota.vms:
        raise QuotaExceeded(f"The account may have {quota.vms} VMs.", field="region")
    if quota.vcpus is not None and used + spec.vcpus > quota.vcpus:
        raise QuotaExceeded(f"The account may have {quota.vcpus} vCPUs.", field="vcpus")
    if cloud.capacity_vcpus is not None and used + spec.vcpus > cloud.capacity_vcpus:
        raise NoCapacity(f"There is no room for {spec.vcpus} more vCPUs.")


def _own_disks(cloud: MemoryCloud, spec: VmSpec, owner: Ownership, vm_id: str) -> list[str]:
    root = DiskSpec(name="root", size_gib=spec.root_disk_gib or 8)
    made = []
    for disk in [root, *spec.disks]:
        volume_id = cloud.new_id("vol")
        cloud.volumes[volume_id] = Volume(
            id=volume_id,
            name=f"{spec.name}-{disk.name}",
            state=VolumeState.ATTACHED,
            region=spec.region,
            size_gib=disk.size_gib,
            volume_class=disk.volume_class,
            attached_to=vm_id,
            created_at=cloud.now(),
            tenant=owner.tenant,
            operation=owner.operation,
        )
        cloud.blocks[volume_id] = {}
        made.append(volume_id)
    return made


def _matches(vm: Vm, where: VmFilter) -> bool:
    if where.states:
        if vm.state not in where.states:
            return False
    elif vm.state is VmState.DELETED:
        return False
    wanted = where.model_dump(exclude_none=True, exclude={"tags", "states"})
    same = all(getattr(vm, name) == value for name, value in wanted.items())
    return same and where.tags.items() <= vm.tags.items()
