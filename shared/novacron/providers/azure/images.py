"""Machine images of the account: managed images."""

from __future__ import annotations

from novacron.errors import InvalidSpec, NotFound, Unsupported
from novacron.mapping.volumes import native_volume
from novacron.models.account import ProviderType
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.image import BootMode, Image, ImageSpec
from novacron.models.vm import Architecture
from novacron.models.volume import ResourceFilter, VolumeClass
from novacron.providers.azure.base import COMPUTE, AzureBase
from novacron.providers.azure.errors import translated
from novacron.providers.azure.ownership import (
    Json,
    matches,
    native_name,
    owned,
    same_before,
    tags_for,
)
from novacron.providers.azure.paging import page_of
from novacron.providers.azure.states import IMAGE, meaning
from novacron.providers.base import Images

# Generation 1 boots by BIOS, 2 by UEFI:
# https://learn.microsoft.com/en-us/azure/virtual-machines/generation-2
GENERATION = {BootMode.BIOS: "V1", BootMode.UEFI: "V2"}
_BOOT = {generation: mode for mode, generation in GENERATION.items()}


class AzureImages(AzureBase, Images):
    @translated
    def import_image(self, spec: ImageSpec, owner: Ownership) -> Image:
        if spec.architecture is not Architecture.X86_64:
            # https://learn.microsoft.com/en-us/azure/virtual-machines/shared-image-galleries#architecture
            raise Unsupported(
                "A managed image has no architecture and starts as x86_64; only images of a "
                "gallery can be arm64.",
                field="architecture",
            )
        name = native_name(owner)
        found = self.find_native(self.compute.images.get, name)
        if found is not None:
            same_before(found, spec, owner)
            return _image(found)
        body = self._image_request(spec, owner)
        begun = self.begin(self.compute.images.begin_create_or_update, name, body)
        return _image(self.get_native(self.compute.images.get, name), begun.operation)

    def _image_request(self, spec: ImageSpec, owner: Ownership) -> Json:
        self.here(spec.region)
        snapshot = self.find_native(self.compute.snapshots.get, self.named(spec.snapshot_id))
        if snapshot is None:
            raise NotFound(f"There is no snapshot {spec.snapshot_id!r}.")
        if snapshot["location"] != spec.region:
            raise InvalidSpec(
                f"Snapshot {spec.snapshot_id} is in {snapshot['location']}.", field="snapshot_id"
            )
        size = snapshot["properties"]["diskSizeGB"]
        disk = {
            "osType": "Linux",
            "osState": "Generalized",
            "snapshot": {"id": snapshot["id"]},
            "caching": "ReadWrite",
            "storageAccountType": native_volume(
                ProviderType.AZURE, VolumeClass.BALANCED, size
            ).type,
        }
        return {
            "location": spec.region,
            "tags": tags_for(spec.name, spec.tags, owner, spec),
            "properties": {
                "hyperVGeneration": GENERATION[spec.boot_mode],
                "storageProfile": {"osDisk": disk},
            },
        }

    @translated
    def get_image(self, image_id: str) -> Image:
        return _image(self._find_image(image_id))

    @translated
    def list_images(self, where: ResourceFilter, page: PageRequest) -> Page[Image]:
        return page_of(
            self.place(COMPUTE, "images"),
            page,
            self.list_page(self.compute.images.list_by_resource_group),
            lambda native: matches(native, where),
            lambda found: [_image(one) for one in found],
        )

    @translated
    def delete_image(self, image_id: str) -> None:
        self._find_image(image_id)  # a DELETE of what is not there succeeds
        self.begin(self.compute.images.begin_delete, image_id)

    def _find_image(self, image_id: str) -> Json:
        found = self.find_native(self.compute.images.get, self.named(image_id))
        if found is None:
            raise NotFound(f"There is no image {image_id!r}.")
        return found


def _image(native: Json, operation: str | None = None) -> Image:
    owner = owned(native)
    properties = native["properties"]
    disk = (properties.get("storageProfile") or {}).get("osDisk") or {}
    return Image(
        id=native["name"],
        name=owner.name or native["name"],
        state=meaning(IMAGE, str(properties.get("provisioningState", ""))),
        region=native["location"],
        architecture=Architecture.X86_64,
        boot_mode=_BOOT.get(properties.get("hyperVGeneration", "V1")),
        size_gib=disk.get("diskSizeGB"),
        tags=owner.tags,
        tenant=owner.tenant,
        operation=owner.operation,
        provider_operation=operation,
    )
