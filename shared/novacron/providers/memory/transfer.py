"""Disks out of and into the in-memory cloud. A block is a leaf; a short one ends in zeros."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from novacron.errors import Conflict, InvalidSpec
from novacron.models.base import Ownership
from novacron.models.transfer import (
    AssembleSpec,
    Export,
    ExportedDisk,
    Extent,
    Import,
    ImportSpec,
    TransferState,
)
from novacron.models.vm import Vm, VmState
from novacron.models.volume import Volume, VolumeState
from novacron.providers.memory.cloud import (
    REGION,
    MemoryBase,
    MemoryCloud,
    call,
    find,
    made_before,
    remember,
)
from novacron.providers.memory.compute import move, new_vm
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES, DiskExport, DiskImport, Fencing

GIB = 1024**3
_HOLE = bytes(8 * LEAF_BYTES)


class MemoryExport(MemoryBase, DiskExport):
    read_granularity = GRAIN_BYTES

    @call
    def begin_export(self, vm_id: str, since: Export | None, owner: Ownership) -> Export:
        cloud = self.cloud
        vm = find(cloud.vms, "VM", vm_id)
        export_id = f"exp-{owner.operation}"
        before = {disk.volume_id: disk.source_id for disk in since.disks} if since else {}
        disks = []
        for volume_id in vm.volume_ids:
            source_id = f"{export_id}/{volume_id}"
            if source_id not in cloud.blocks:
                cloud.blocks[source_id] = dict(cloud.blocks[volume_id])
            kept = before.get(volume_id)
            disks.append(
                ExportedDisk(
                    volume_id=volume_id,
                    size_bytes=cloud.volumes[volume_id].size_gib * GIB,
                    source_id=source_id,
                    since_id=kept if kept in cloud.blocks else None,
                )
            )
        return Export(
            id=export_id,
            vm_id=vm_id,
            state=TransferState.OPEN,
            disks=disks,
            since=since.id if since else None,
        )

    @call
    def get_export(self, export: Export) -> Export:
        for disk in export.disks:
            find(self.cloud.blocks, "export", disk.source_id)
        return export

    def extents(self, export: Export, disk: int, offset: int, length: int) -> Iterator[Extent]:
        with self.opened():
            told = export.disks[disk]
            now = self.cloud.blocks[told.source_id]
            before = self.cloud.blocks[told.since_id] if told.since_id else {}
        end = min(offset + length, told.size_bytes)
        for index in sorted(now.keys() | before.keys()):
            leaf = index * LEAF_BYTES
            for start, stop, zero in _changed(now.get(index), before.get(index)):
                first, last = max(offset, leaf + start), min(end, leaf + stop)
                if first < last:
                    yield Extent(offset=first, length=last - first, zero=zero)

    @call
    def read(self, export: Export, disk: int, offset: int, length: int) -> bytes:
        return _read(self.cloud, export.disks[disk].source_id, offset, length)

    @call
    def end_export(self, export: Export) -> None:
        """Nothing is open."""

    @call
    def delete_export(self, export: Export) -> None:
        for disk in export.disks:
            self.cloud.blocks.pop(disk.source_id, None)


class MemoryImport(MemoryBase, DiskImport):
    write_granularity = GRAIN_BYTES
    write_bytes = 8 * LEAF_BYTES

    @call
    def begin_import(self, spec: ImportSpec, owner: Ownership) -> Import:
        cloud = self.cloud
        if spec.region != REGION:
            raise InvalidSpec(f"There is no region {spec.region!r}.", field="region")
        volume_id = made_before(cloud, f"import-{spec.index}", spec, owner)
        if volume_id is None:
            volume_id = cloud.new_id("vol")
            cloud.volumes[volume_id] = Volume(
                id=volume_id,
                name=spec.name,
                state=VolumeState.CREATING,
                region=spec.region,
                size_gib=-(-spec.size_bytes // GIB),
                volume_class=spec.volume_class,
                created_at=cloud.now(),
                tags=spec.tags,
                tenant=owner.tenant,
                operation=owner.operation,
            )
            cloud.blocks[volume_id] = {}
            remember(cloud, f"import-{spec.index}", spec, owner, volume_id)
        return self._import(volume_id, spec.size_bytes)

    @call
    def get_import(self, target: Import) -> Import:
        return self._import(target.id, target.size_bytes)

    @call
    def write(self, target: Import, offset: int, data: bytes) -> None:
        if find(self.cloud.volumes, "volume", target.id).state is not VolumeState.CREATING:
            raise Conflict(f"{target.id} is sealed.")
        _check(offset, len(data), target.size_bytes)
        blocks = self.cloud.blocks[target.id]
        while data:
            index, start = divmod(offset, LEAF_BYTES)
            part, data = data[: LEAF_BYTES - start], data[LEAF_BYTES - start :]
            old = blocks.get(index, b"").ljust(LEAF_BYTES, b"\0")
            new = old[:start] + part + old[start + len(part) :]
            blocks[index] = new.rstrip(b"\0")  # read back with its zeros
            offset += len(part)

    @call
    def seal_import(self, target: Import, written: int) -> Import:
        volume = find(self.cloud.volumes, "volume", target.id)
        held = len(self.cloud.blocks[target.id])
        if volume.state is VolumeState.CREATING:
            if held != written:
                raise Conflict(f"{target.id} has {held} leaves, {written} were written.")
            ready = volume.model_copy(update={"state": VolumeState.AVAILABLE})
            self.cloud.volumes[target.id] = ready
        return self._import(target.id, target.size_bytes)

    @call
    def read_back(self, target: Import, offset: int, length: int) -> bytes:
        find(self.cloud.volumes, "volume", target.id)
        return _read(self.cloud, target.id, offset, length)

    @call
    def delete_import(self, target: Import) -> None:
        volume = self.cloud.volumes.get(target.id)
        if volume is not None and volume.attached_to is not None:
            raise Conflict(f"{target.id} is attached to {volume.attached_to}.")
        self.cloud.volumes.pop(target.id, None)
        self.cloud.blocks.pop(target.id, None)

    @call
    def assemble_vm(self, spec: AssembleSpec, disks: list[Import], owner: Ownership) -> Vm:
        cloud = self.cloud
        again = made_before(cloud, "vm", spec, owner)
        if again is not None:
            return find(cloud.vms, "VM", again)
        vm_id, volume_ids = cloud.new_id("vm"), [disk.id for disk in disks]
        for volume_id in volume_ids:
            volume = find(cloud.volumes, "volume", volume_id)
            if volume.state is not VolumeState.AVAILABLE:
                raise Conflict(f"{volume_id} is {volume.state.value}.")
        for volume_id in volume_ids:
            used = {"attached_to": vm_id, "state": VolumeState.ATTACHED}
            cloud.volumes[volume_id] = cloud.volumes[volume_id].model_copy(update=used)
        vm = new_vm(cloud, vm_id, spec, owner, volume_ids)
        if spec.private_ip is not None:
            vm = vm.model_copy(update={"private_ips": [spec.private_ip]})
        cloud.vms[vm_id], cloud.own_volumes[vm_id] = vm, volume_ids
        remember(cloud, "vm", spec, owner, vm_id)
        return move(cloud, vm, VmState.PENDING, VmState.RUNNING)

    def _import(self, volume_id: str, size_bytes: int) -> Import:
        sealed = find(self.cloud.volumes, "volume", volume_id).state is not VolumeState.CREATING
        return Import(
            id=volume_id,
            state=TransferState.READY if sealed else TransferState.OPEN,
            size_bytes=size_bytes,
            volume_id=volume_id if sealed else None,
        )


class MemoryFencing(MemoryBase, Fencing):
    @call
    def fence_vm(self, vm_id: str) -> Vm:
        return self._switch(vm_id, VmState.RUNNING, VmState.SUSPENDED)

    @call
    def release_vm(self, vm_id: str) -> Vm:
        return self._switch(vm_id, VmState.SUSPENDED, VmState.RUNNING)

    def _switch(self, vm_id: str, old: VmState, new: VmState) -> Vm:
        vm = find(self.cloud.vms, "VM", vm_id)
        if vm.state is old:
            self.cloud.vms[vm_id] = vm.model_copy(update={"state": new})
        return self.cloud.vms[vm_id]


def _changed(now: bytes | None, before: bytes | None) -> Iterator[tuple[int, int, bool]]:
    """(start, end, whether it is zeros) of what differs between two states of a leaf."""
    if now == before:
        return
    if now is None:
        yield 0, LEAF_BYTES, True
        return
    places = range(0, max(len(now), len(before or b"")), GRAIN_BYTES)
    for (differs, zero), run in groupby(places, lambda at: _compared(now, before or b"", at)):
        if differs:
            start, *rest = run
            yield start, (rest[-1] if rest else start) + GRAIN_BYTES, zero


def _compared(now: bytes, before: bytes, at: int) -> tuple[bool, bool]:
    """(whether a grain differs, whether it is zeros now)."""
    new, old = (one[at : at + GRAIN_BYTES].rstrip(b"\0") for one in (now, before))
    return new != old, not new


def _check(offset: int, length: int, size_bytes: int) -> None:
    """InvalidSpec for what is no write of whole grains."""
    end = offset + length
    if offset % GRAIN_BYTES or (end % GRAIN_BYTES and end != size_bytes) or end > size_bytes:
        raise InvalidSpec(f"Whole grains of {GRAIN_BYTES} bytes are written, not {length}.")


def _read(cloud: MemoryCloud, owner: str, offset: int, length: int) -> bytes:
    blocks, found = cloud.blocks[owner], b""
    first, end = offset // LEAF_BYTES, -(-(offset + length) // LEAF_BYTES)
    if length <= len(_HOLE) and not any(index in blocks for index in range(first, end)):
        return _HOLE[:length]
    while len(found) < length:
        index, start = divmod(offset + len(found), LEAF_BYTES)
        most = min(LEAF_BYTES - start, length - len(found))
        found += blocks.get(index, b"")[start : start + most].ljust(most, b"\0")
    return found
