"""Volumes: qcow2 files of a pool."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import libvirt

from novacron.errors import Conflict, InvalidSpec, NoCapacity, NotFound
from novacron.mapping.tags import check_same
from novacron.mapping.volumes import native_volume
from novacron.models.account import ProviderType
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.volume import ResourceFilter, Volume, VolumeClass, VolumeSpec, VolumeState
from novacron.providers.libvirt import records
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.domain_xml import disk_xml, free_device
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.ownership import Owned, derived_id, own_disks, owned
from novacron.providers.libvirt.paging import page_of
from novacron.providers.libvirt.sites import Sites

PREFIX = "vol"


class LibvirtVolumes(Sites):
    @translated
    def create_volume(self, spec: VolumeSpec, owner: Ownership) -> Volume:
        self.check_region(spec.region)
        native_volume(ProviderType.LIBVIRT, spec.volume_class, spec.size_gib)
        volume_id = derived_id(PREFIX, owner.operation)
        host, source = self._origin(volume_id, spec, owner)
        found = records.read(host, volume_id)
        if found is not None:
            check_same(found.digest, spec, owner)
        record = found or owned(
            spec, owner, source=spec.snapshot_id, extra={"class": spec.volume_class.value}
        )
        if found is None:
            records.write(host, volume_id, record)
        if records.disk(host, volume_id) is None:
            size = spec.size_gib * records.GIB
            if source is None:
                records.make_disk(host, volume_id, size)
            else:
                records.copy_disk(host, volume_id, source).resize(size)
        return self._volume(host, volume_id, record, self.users(host))

    def _origin(
        self, volume_id: str, spec: VolumeSpec, owner: Ownership
    ) -> tuple[Host, Any | None]:
        """Where it is or is to be made, and the snapshot's disk if it is a restore."""
        if spec.snapshot_id is None:
            return self.site(volume_id, spec, owner, lambda live, _: _roomiest(live, spec)), None
        host, _ = self.record(spec.snapshot_id, "snap", "snapshot")
        source = records.disk(host, spec.snapshot_id)
        if source is None:
            raise Conflict(f"{spec.snapshot_id} is not ready.")
        if spec.size_gib * records.GIB < source.info()[1]:
            raise InvalidSpec("The snapshot is larger.", field="size_gib")
        return host, source

    @translated
    def get_volume(self, volume_id: str) -> Volume:
        host, record = self.record(volume_id, PREFIX, "volume")
        return self._volume(host, volume_id, record, self.users(host))

    @translated
    def list_volumes(self, where: ResourceFilter, page: PageRequest) -> Page[Volume]:
        found = []
        for host in self.hosts():
            users = self.users(host)
            for volume_id in records.names(host, PREFIX):
                record = records.read(host, volume_id)
                if record is not None:
                    found.append(self._volume(host, volume_id, record, users))
        return page_of(found, where, page)

    @translated
    def delete_volume(self, volume_id: str) -> None:
        host, _ = self.record(volume_id, PREFIX, "volume")
        disk = records.disk(host, volume_id)
        if disk is not None and disk.path() in self.users(host):
            raise Conflict(f"{volume_id} is attached.", remedy="Detach it first.")
        self.forget_site(volume_id)
        records.remove(host, volume_id)

    @translated
    def attach_volume(self, volume_id: str, vm_id: str) -> Volume:
        host, record = self.record(volume_id, PREFIX, "volume")
        owner, domain = self.domain(vm_id)
        if owner.zone != host.zone:
            raise Conflict(f"{volume_id} is on {host.zone}, {vm_id} on {owner.zone}.")
        path = self._disk(host, volume_id).path()
        user = self.users(host).get(path)
        if user not in (None, domain.UUIDString()):
            raise Conflict(f"{volume_id} is attached to {user}.")
        if user is None:
            document = ET.fromstring(domain.XMLDesc())  # noqa: S314
            device = disk_xml(path, free_device(document))
            domain.attachDeviceFlags(ET.tostring(device, encoding="unicode"), _reach(domain))
        return self._volume(host, volume_id, record, self.users(host))

    @translated
    def detach_volume(self, volume_id: str) -> Volume:
        """The guest lets go of the disk in its own time; until then it is still attached."""
        host, record = self.record(volume_id, PREFIX, "volume")
        path = self._disk(host, volume_id).path()
        user = self.users(host).get(path)
        if user is not None:
            _, domain = self.domain(user)
            if record.vm == user or volume_id in own_disks(ET.fromstring(domain.XMLDesc())):  # noqa: S314
                raise Conflict(f"{volume_id} was made with its VM and stays with it.")
            _detach(domain, path)
        return self._volume(host, volume_id, record, self.users(host))

    @translated
    def resize_volume(self, volume_id: str, size_gib: int) -> Volume:
        host, record = self.record(volume_id, PREFIX, "volume")
        disk = self._disk(host, volume_id)
        size = size_gib * records.GIB
        if size < disk.info()[1]:
            raise InvalidSpec("A volume only grows.", field="size_gib")
        user = self.users(host).get(disk.path())
        domain = self.domain(user)[1] if user is not None else None
        if domain is not None and domain.isActive():
            domain.blockResize(disk.path(), size, libvirt.VIR_DOMAIN_BLOCK_RESIZE_BYTES)
            host.pool.refresh()
        else:
            disk.resize(size)
        return self._volume(host, volume_id, record, self.users(host))

    def _disk(self, host: Host, volume_id: str) -> Any:
        disk = records.disk(host, volume_id)
        if disk is None:
            raise NotFound(f"There is no volume {volume_id!r}.")
        return disk

    def _volume(self, host: Host, volume_id: str, record: Owned, users: dict[str, str]) -> Volume:
        disk = records.disk(host, volume_id)
        user = None if disk is None else users.get(disk.path())
        state = VolumeState.ATTACHED if user else VolumeState.AVAILABLE
        size = record.extra.get("size_bytes", 0) if disk is None else disk.info()[1]
        return Volume(
            id=volume_id,
            name=record.name,
            state=VolumeState.CREATING if disk is None else state,
            region=self.account.region,
            zone=host.zone,
            size_gib=-(-size // records.GIB),
            volume_class=VolumeClass(record.extra.get("class", VolumeClass.BALANCED)),
            attached_to=user,
            created_at=record.created_at,
            tags=record.tags,
            tenant=record.tenant,
            operation=record.operation,
        )


def _roomiest(hosts: list[Host], spec: VolumeSpec) -> Host:
    best = max(hosts, key=lambda host: host.pool.info()[3])
    free = best.pool.info()[3] // records.GIB
    if free < spec.size_gib:
        raise NoCapacity(f"{spec.size_gib} GiB are wanted, {free} GiB are free at most.")
    return best


def _reach(domain: Any) -> int:
    flags: int = libvirt.VIR_DOMAIN_AFFECT_CONFIG
    return flags | libvirt.VIR_DOMAIN_AFFECT_LIVE if domain.isActive() else flags


def _detach(domain: Any, path: str) -> None:
    for flag, document in (
        (libvirt.VIR_DOMAIN_AFFECT_CONFIG, domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE)),
        (libvirt.VIR_DOMAIN_AFFECT_LIVE, domain.XMLDesc() if domain.isActive() else "<domain/>"),
    ):
        for disk in ET.fromstring(document).findall("devices/disk"):  # noqa: S314
            source = disk.find("source")
            if source is not None and source.get("file") == path:
                try:
                    domain.detachDeviceFlags(ET.tostring(disk, encoding="unicode"), flag)
                except libvirt.libvirtError as error:
                    # Asked before: the guest has not let go yet.
                    if "unplug" not in str(error):
                        raise
