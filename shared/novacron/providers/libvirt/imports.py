"""Disks on the way in: a raw volume that is written, and a qcow2 on top of it.

The raw one takes any write at any place without being opened by QEMU: beside its host as the file
that it is, elsewhere through libvirt, over every connection that it knows. The qcow2 that
``seal_import`` puts on top costs nothing and keeps dirty bitmaps, so that the VM can move on later.
Until then there is no disk of the volume's name.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from threading import Lock
from typing import Any

import libvirt

from novacron.errors import Conflict, NoCapacity, NotFound, NotReady
from novacron.mapping.tags import check_same
from novacron.models.base import Ownership
from novacron.models.transfer import AssembleSpec, Import, ImportSpec, TransferState
from novacron.models.vm import Vm
from novacron.providers.devices.files import opened, write_all
from novacron.providers.libvirt import records
from novacron.providers.libvirt.assembly import Assembly
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.ownership import derived_id, owned
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES, DiskImport, Flushing

PREFIX = "vol"
_locks: defaultdict[str, Lock] = defaultdict(Lock)
"""libvirt lets one upload to a volume run at a time; a thread that waits is cheaper than one that
is refused."""


class LibvirtImport(Assembly, DiskImport, Flushing):
    write_bytes = 8 * LEAF_BYTES
    write_granularity = GRAIN_BYTES

    @translated
    def begin_import(self, spec: ImportSpec, owner: Ownership) -> Import:
        """All disks of an operation come to one host: the first one's."""
        self.check_region(spec.region)
        first = derived_id(PREFIX, owner.operation, "import-0")
        host = self.site(first, spec, owner, lambda live, _: _roomiest(live, spec.size_bytes))
        volume_id = derived_id(PREFIX, owner.operation, f"import-{spec.index}")
        record = records.read(host, volume_id)
        if record is not None:
            check_same(record.digest, spec, owner)
        else:
            told = {"class": spec.volume_class.value, "size_bytes": spec.size_bytes}
            records.write(host, volume_id, owned(spec, owner, extra=told))
        if records.base(host, volume_id) is None:
            records.make_base(host, volume_id, spec.size_bytes)
        return _import(host, volume_id, spec.size_bytes)

    @translated
    def get_import(self, target: Import) -> Import:
        return _import(self._host(target), target.id, target.size_bytes)

    @translated
    def write(self, target: Import, offset: int, data: bytes) -> None:
        """NotReady: another process writes to it through libvirt."""
        host = self._host(target)
        if records.disk(host, target.id) is not None:
            raise Conflict(f"{target.id} is sealed.")
        base = _base(host, target.id)
        if _is_file(host, base):
            # A stream of libvirt's takes 2 to 3 ms whatever it carries, one at a time.
            with opened(Path(base.path()), os.O_WRONLY) as descriptor:
                write_all(descriptor, offset, data)
            return
        with _locks[target.id]:
            try:
                records.upload(host, base, offset, data)
            except libvirt.libvirtError as error:
                if "still in use" in error.get_error_message():
                    raise NotReady(f"{target.id} is being written to.") from error
                raise

    @translated
    def flush(self, target: Import) -> None:
        host = self._host(target)
        base = _base(host, target.id)
        if _is_file(host, base):
            with opened(Path(base.path()), os.O_WRONLY) as descriptor:
                os.fdatasync(descriptor)

    @translated
    def seal_import(self, target: Import, written: int) -> Import:  # noqa: ARG002 - none to compare
        host = self._host(target)
        base = _base(host, target.id)
        if records.disk(host, target.id) is None:
            records.make_disk(host, target.id, target.size_bytes, base, "raw")
        return _import(host, target.id, target.size_bytes)

    @translated
    def read_back(self, target: Import, offset: int, length: int) -> bytes:
        """What was written; what a VM has written since is not in it."""
        host = self._host(target)
        return records.download(host, _base(host, target.id), offset, length)

    @translated
    def delete_import(self, target: Import) -> None:
        host = self._host(target)
        disk = records.disk(host, target.id)
        user = None if disk is None else self.users(host).get(disk.path())
        if user is not None:
            raise Conflict(f"{target.id} is a disk of {user}.")
        self.forget_site(target.id)
        records.remove(host, target.id)

    @translated
    def assemble_vm(self, spec: AssembleSpec, disks: list[Import], owner: Ownership) -> Vm:
        return self.assemble(spec, disks, owner)

    def _host(self, target: Import) -> Host:
        return next(self.hosts(target.access["zone"]))


def _import(host: Host, volume_id: str, size_bytes: int) -> Import:
    """NotFound: it is gone, or not whole."""
    _base(host, volume_id)
    sealed = records.disk(host, volume_id) is not None
    return Import(
        id=volume_id,
        state=TransferState.READY if sealed else TransferState.OPEN,
        size_bytes=size_bytes,
        volume_id=volume_id if sealed else None,
        access={"zone": host.zone},
    )


def _base(host: Host, volume_id: str) -> Any:
    found = records.base(host, volume_id)
    if found is None:
        raise NotFound(f"There is no import {volume_id!r}.")
    return found


def _is_file(host: Host, base: Any) -> bool:
    """Whether it can be written from here as the file that it is."""
    return host.is_local and os.access(base.path(), os.W_OK)


def _roomiest(hosts: list[Host], size_bytes: int) -> Host:
    best = max(hosts, key=lambda host: host.pool.info()[3])
    free = best.pool.info()[3]
    if free < size_bytes:
        raise NoCapacity(f"{size_bytes} bytes are wanted, {free} are free at most.")
    return best
