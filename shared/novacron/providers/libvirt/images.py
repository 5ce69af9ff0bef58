"""Images: copies of snapshots that root disks stand on."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from novacron.errors import Conflict, NotReady
from novacron.mapping.tags import check_same
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.image import Image, ImageSpec, ImageState
from novacron.models.volume import ResourceFilter
from novacron.providers.libvirt import records
from novacron.providers.libvirt.auth import Host
from novacron.providers.libvirt.base import LibvirtBase
from novacron.providers.libvirt.errors import translated
from novacron.providers.libvirt.ownership import Owned, derived_id, owned
from novacron.providers.libvirt.paging import page_of

PREFIX = "img"


class LibvirtImages(LibvirtBase):
    @translated
    def import_image(self, spec: ImageSpec, owner: Ownership) -> Image:
        self.check_region(spec.region)
        host, _ = self.record(spec.snapshot_id, "snap", "snapshot")
        source = records.disk(host, spec.snapshot_id)
        if source is None:
            raise NotReady(f"{spec.snapshot_id} is being taken.")
        image_id = derived_id(PREFIX, owner.operation)
        found = records.read(host, image_id)
        if found is not None:
            check_same(found.digest, spec, owner)
        told = {"architecture": spec.architecture.value, "boot_mode": spec.boot_mode.value}
        record = found or owned(spec, owner, source=spec.snapshot_id, extra=told)
        if found is None:
            records.write(host, image_id, record)
        if records.disk(host, image_id) is None:
            records.copy_disk(host, image_id, source)
        return self._image_of(host, image_id, record)

    @translated
    def get_image(self, image_id: str) -> Image:
        host, record = self.record(image_id, PREFIX, "image")
        return self._image_of(host, image_id, record)

    @translated
    def list_images(self, where: ResourceFilter, page: PageRequest) -> Page[Image]:
        found = []
        for host in self.hosts():
            for image_id in records.names(host, PREFIX):
                record = records.read(host, image_id)
                if record is not None:
                    found.append(self._image_of(host, image_id, record))
        return page_of(found, where, page)

    @translated
    def delete_image(self, image_id: str) -> None:
        host, _ = self.record(image_id, PREFIX, "image")
        disk = records.disk(host, image_id)
        path = None if disk is None else disk.path()
        for other in host.pool.listAllVolumes():
            document = ET.fromstring(other.XMLDesc())  # noqa: S314
            if path is not None and document.findtext("backingStore/path") == path:
                raise Conflict(f"The disk {other.name()} stands on {image_id}.")
        records.remove(host, image_id)

    def _image_of(self, host: Host, image_id: str, record: Owned) -> Image:
        disk = records.disk(host, image_id)
        return Image(
            id=image_id,
            name=record.name,
            state=ImageState.PENDING if disk is None else ImageState.READY,
            region=self.account.region,
            architecture=record.extra["architecture"],
            boot_mode=record.extra["boot_mode"],
            size_gib=None if disk is None else -(-disk.info()[1] // records.GIB),
            created_at=record.created_at,
            tags=record.tags,
            tenant=record.tenant,
            operation=record.operation,
        )
