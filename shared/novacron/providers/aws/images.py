"""Machine images of the account: AMIs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from novacron.errors import NotFound
from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.image import BootMode, Image, ImageSpec
from novacron.models.vm import Architecture
from novacron.models.volume import ResourceFilter
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.aws.ownership import (
    filters,
    made_before,
    owned,
    owner_filters,
    tag_specifications,
)
from novacron.providers.aws.paging import page_of
from novacron.providers.aws.states import IMAGE, meaning
from novacron.providers.base import Images

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ec2.type_defs import ImageTypeDef

_BOOT = {BootMode.BIOS: "legacy-bios", BootMode.UEFI: "uefi"}
_BOOT_READ = {
    "legacy-bios": BootMode.BIOS,
    "uefi": BootMode.UEFI,
    "uefi-preferred": BootMode.UEFI,
}
ROOT_DEVICE = "/dev/xvda"


class AwsImages(AwsBase, Images):
    @translated
    def import_image(self, spec: ImageSpec, owner: Ownership) -> Image:
        ec2 = self.ec2(spec.region)
        # RegisterImage takes no ClientToken: what the operation made is found by its tags.
        found = ec2.describe_images(Owners=["self"], Filters=owner_filters(owner))["Images"]
        made = made_before(found, spec, owner)
        if made is None:
            made = _described(ec2, ec2.register_image(**self._registration(spec, owner))["ImageId"])
        return self._image(spec.region, made)

    def _registration(self, spec: ImageSpec, owner: Ownership) -> dict[str, Any]:
        self.locate(spec.snapshot_id)  # NotFound, where ``here`` says InvalidSpec
        snapshot = self.here(spec.snapshot_id, spec.region, "snapshot_id")
        return registration(
            spec.name,
            spec.architecture,
            spec.boot_mode,
            {ROOT_DEVICE: {"SnapshotId": snapshot, "VolumeType": "gp3"}},
            tag_specifications(["image"], spec.name, spec.tags, owner, spec),
        )

    @translated
    def get_image(self, image_id: str) -> Image:
        region, native = self.locate(image_id)
        return self._image(region, _described(self.ec2(region), native))

    @translated
    def list_images(self, where: ResourceFilter, page: PageRequest) -> Page[Image]:
        def fetch(region: str, size: int, token: str | None) -> tuple[list[Image], str | None]:
            request: dict[str, Any] = {"Filters": filters(where), "MaxResults": size}
            if token:
                request["NextToken"] = token
            answer = self.ec2(region).describe_images(Owners=["self"], **request)
            found = [self._image(region, one) for one in answer["Images"]]
            return found, answer.get("NextToken")

        return page_of(self.regions_of(where.region), page, fetch, lambda image: image.id)

    @translated
    def delete_image(self, image_id: str) -> None:
        region, native = self.locate(image_id)
        self.ec2(region).deregister_image(ImageId=native)

    def _image(self, region: str, native: ImageTypeDef) -> Image:
        owner = owned(native.get("Tags", []))
        disks = [m["Ebs"] for m in native.get("BlockDeviceMappings", []) if "Ebs" in m]
        created = native.get("CreationDate")
        return Image(
            id=self.public_id(region, native["ImageId"]),
            name=owner.name or native.get("Name", ""),
            state=meaning(IMAGE, native["State"]),
            region=region,
            # "arm64_mac" and the 32-bit "i386" run on these too.
            architecture=(
                Architecture.ARM64
                if native["Architecture"].startswith("arm64")
                else Architecture.X86_64
            ),
            boot_mode=_BOOT_READ.get(native.get("BootMode", "")),
            size_gib=sum(disk.get("VolumeSize", 0) for disk in disks) or None,
            created_at=datetime.fromisoformat(created) if created else None,
            tags=owner.tags,
            tenant=owner.tenant,
            operation=owner.operation,
        )


def registration(
    name: str,
    architecture: Architecture,
    boot_mode: BootMode,
    devices: dict[str, dict[str, Any]],
    tags: list[Any],
) -> dict[str, Any]:
    """The RegisterImage request. ``devices``: name -> its ``Ebs``, ROOT_DEVICE among them."""
    return {
        "Name": name,
        "Architecture": architecture.value,
        "BootMode": _BOOT[boot_mode],
        # The defaults, paravirtual and no ENA, start on no current instance type:
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RegisterImage.html
        "VirtualizationType": "hvm",
        "EnaSupport": True,
        "RootDeviceName": ROOT_DEVICE,
        "BlockDeviceMappings": [
            {"DeviceName": device, "Ebs": {**ebs, "DeleteOnTermination": True}}
            for device, ebs in devices.items()
        ],
        "TagSpecifications": tags,
    }


def _described(ec2: EC2Client, image_id: str) -> ImageTypeDef:
    for image in ec2.describe_images(ImageIds=[image_id])["Images"]:
        return image
    raise NotFound(f"There is no image {image_id!r}.")
