"""A VM around imported disks: an image of their snapshots, and an instance of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from novacron.errors import Conflict, InvalidSpec, NotReady
from novacron.mapping.volumes import native_volume
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.image import ImageState
from novacron.models.transfer import AssembleSpec, Import, TransferState
from novacron.models.vm import Vm, VmSpec
from novacron.models.volume import VolumeClass
from novacron.providers.aws.blocks import GIB
from novacron.providers.aws.errors import code_of, translated
from novacron.providers.aws.images import ROOT_DEVICE, registration
from novacron.providers.aws.instances import Instances
from novacron.providers.aws.launch import DEVICES, run_request
from novacron.providers.aws.ownership import made_before, owner_filters, tag_specifications
from novacron.providers.aws.states import IMAGE, meaning

if TYPE_CHECKING:
    from mypy_boto3_ec2.type_defs import ImageTypeDef

VOLUME_CLASS = "volume_class"
"""Where ``Import.access`` keeps what the disk's volume will be."""


class AwsAssembly(Instances):
    @translated
    def assemble_vm(self, spec: AssembleSpec, disks: list[Import], owner: Ownership) -> Vm:
        # Looked for first: the image is gone once the imports have been deleted.
        found = list(self.all_instances(spec.region, owner_filters(owner)))
        native: Any = made_before(found, spec, owner)
        if native is None:
            image = self._image_of(spec, disks, owner)
            request = self._run_request(spec, image, owner)
            (native,) = self.ec2(spec.region).run_instances(**request)["Instances"]
        return self.to_vm(spec.region, native)

    def _image_of(self, spec: AssembleSpec, disks: list[Import], owner: Ownership) -> ImageTypeDef:
        """Registers it if it is not there. NotReady until it can be launched from."""
        image = self._made(spec, owner)
        if image is None:
            self._register(spec, disks, owner)
            image = self._made(spec, owner)
        state = ImageState.PENDING if image is None else meaning(IMAGE, image["State"])
        if image is None or state is ImageState.PENDING:
            raise NotReady(f"The image of {spec.name} is being made.")
        if state is ImageState.ERROR:
            raise Conflict(f"Image {image['ImageId']} of {spec.name} is {image['State']}.")
        return image

    def _made(self, spec: AssembleSpec, owner: Ownership) -> ImageTypeDef | None:
        conditions = owner_filters(owner)
        found = self.ec2(spec.region).describe_images(Owners=["self"], Filters=conditions)
        return made_before(found["Images"], spec, owner)

    def _register(self, spec: AssembleSpec, disks: list[Import], owner: Ownership) -> None:
        request = registration(
            image_name(owner.operation),
            spec.architecture,
            spec.boot_mode,
            self._devices(spec, disks),
            tag_specifications(["image"], spec.name, spec.tags, owner, spec),
        )
        try:
            self.ec2(spec.region).register_image(**request)
        except ClientError as error:
            # The name is the operation's own: a twin of this call has just registered it.
            if code_of(error) != "InvalidAMIName.Duplicate":
                raise

    def _devices(self, spec: AssembleSpec, disks: list[Import]) -> dict[str, dict[str, Any]]:
        """Device -> its ``Ebs``. Conflict: a disk is not READY."""
        names = (ROOT_DEVICE, *DEVICES)
        if len(disks) > len(names):
            raise InvalidSpec(f"An EC2 instance takes {len(names)} disks.", field="disks")
        devices = {}
        for position, (name, disk) in enumerate(zip(names, disks, strict=False)):
            if disk.state is not TransferState.READY:
                raise Conflict(f"{disk.id} is {disk.state.value}.")
            volume_class = VolumeClass(disk.access[VOLUME_CLASS])
            kind = native_volume(ProviderType.AWS, volume_class, -(-disk.size_bytes // GIB))
            told = {
                "SnapshotId": self.here(disk.id, spec.region, f"disks.{position}"),
                "VolumeType": kind.type,
                "Iops": kind.iops,
                "Throughput": kind.throughput_mibps,
            }
            devices[name] = {key: value for key, value in told.items() if value is not None}
        return devices

    def _run_request(
        self, spec: AssembleSpec, image: ImageTypeDef, owner: Ownership
    ) -> dict[str, Any]:
        """``create_vm``'s, but with the tags of this request, and the address that it asks for."""
        same = spec.model_dump(exclude={"boot_mode", "private_ip"})
        vm = VmSpec(image=image["ImageId"], **same)
        request = run_request(vm, owner, self.launch_of(vm, image))
        kinds = [one["ResourceType"] for one in request["TagSpecifications"]]
        request["TagSpecifications"] = tag_specifications(kinds, spec.name, spec.tags, owner, spec)
        if spec.private_ip:
            place = request.get("NetworkInterfaces", [request])[0]
            place["PrivateIpAddress"] = spec.private_ip
        return request


def image_name(operation: str | None) -> str:
    """By which an image of ours is known from one that was made of the same snapshot."""
    return f"novacron-{operation}"
