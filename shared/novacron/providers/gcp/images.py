"""Machine images of the project. Ours are stored in one region, and can be used in all."""

from __future__ import annotations

from typing import Any

from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.image import BootMode, Image, ImageSpec
from novacron.models.vm import Architecture
from novacron.models.volume import ResourceFilter
from novacron.providers.base import Images
from novacron.providers.gcp.errors import translated
from novacron.providers.gcp.instances import when
from novacron.providers.gcp.operations import Operations
from novacron.providers.gcp.ownership import labels, native_name, owned, same, step_of
from novacron.providers.gcp.paging import Lists
from novacron.providers.gcp.states import IMAGE, meaning

# https://cloud.google.com/compute/docs/images/create-custom#guest-os-features
UEFI = "UEFI_COMPATIBLE"
_ARCHITECTURES = {Architecture.X86_64: "X86_64", Architecture.ARM64: "ARM64"}


class GcpImages(Lists, Operations, Images):
    @translated
    def import_image(self, spec: ImageSpec, owner: Ownership) -> Image:
        self.check_region(spec.region)
        found = self.made_before("images", spec, owner)
        if found is not None:
            return self._image_of(found)
        source = self.call("snapshots", "get", snapshot=self.named(spec.snapshot_id))
        request = {
            "name": native_name(spec.name, owner),
            "source_snapshot": f"global/snapshots/{source.name}",
            "architecture": _ARCHITECTURES[spec.architecture],
            "storage_locations": [spec.region],
            "labels": labels(spec.name, spec.tags, owner, spec),
            "guest_os_features": _features(spec, source),
        }
        operation = self.insert("images", step_of(owner, "images"), image_resource=request)
        made = self.made("images", operation, image=request["name"])
        return self._image_of(same(made, spec, owner), operation)

    @translated
    def get_image(self, image_id: str) -> Image:
        return self._image_of(self.call("images", "get", image=self.named(image_id)))

    @translated
    def list_images(self, where: ResourceFilter, page: PageRequest) -> Page[Image]:
        return self.page_of("images", where, page, self._image_of)

    @translated
    def delete_image(self, image_id: str) -> None:
        found = self.call("images", "get", image=self.named(image_id))
        self.change("images", "delete_unary", f"delete/{found.id}", image=found.name)

    def _image_of(self, native: Any, operation: str | None = None) -> Image:
        owner = owned(native)
        features = {feature.type_ for feature in native.guest_os_features}
        return Image(
            id=native.name,
            name=owner.name,
            state=meaning(IMAGE, native.status),
            region=self.region_of(native.storage_locations),
            architecture=(
                Architecture.ARM64 if native.architecture == "ARM64" else Architecture.X86_64
            ),
            boot_mode=BootMode.UEFI if UEFI in features else BootMode.BIOS,
            size_gib=native.disk_size_gb or None,
            created_at=when(native.creation_timestamp),
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
            provider_operation=operation,
        )


def _features(spec: ImageSpec, source: Any) -> list[dict[str, str]]:
    """What the snapshot's disk could, and UEFI as the spec says."""
    kept = {feature.type_ for feature in source.guest_os_features} - {UEFI}
    if spec.boot_mode is BootMode.UEFI:
        kept.add(UEFI)
    return [{"type_": feature} for feature in sorted(kept)]
