"""RunInstances: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html"""

from __future__ import annotations

import re
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.instance_types import INSTANCE_TYPES

from .base import LocalBase, refuse
from .mappings import merged, without_types
from .transitions import set_state


class Launch(LocalBase):
    def run_instances(self) -> ActionResult:
        image = self._check_launch()
        wanted = merged(image, self.params.get("BlockDeviceMappings", []), self.ec2_backend)
        self.params["BlockDeviceMappings"] = without_types(wanted)
        # moto starts MinCount; AWS starts as many as it can, up to MaxCount.
        self.params["MinCount"] = self.params.get("MaxCount", 1)
        own_interfaces = {
            nic.get("NetworkInterfaceId") for nic in self.params.get("NetworkInterfaces", [])
        }
        result = super().run_instances()
        reservation: Any = result.result
        for instance in reservation.instances:
            self._settle(instance, wanted, own_interfaces)
        return result

    def _settle(self, instance: Any, wanted: list[dict[str, Any]], kept: set[Any]) -> None:
        for nic in instance.nics.values():
            nic.delete_on_termination = nic.delete_on_termination or nic.id not in kept
        told = {m["DeviceName"]: m.get("Ebs", {}) for m in wanted}
        for device, block in instance.block_device_mapping.items():
            volume = self.ec2_backend.volumes[block.volume_id]
            ebs = told.get(device, {})
            volume.volume_type = ebs.get("VolumeType") or volume.volume_type
            volume.iops = ebs.get("Iops") or volume.iops
            volume.throughput = ebs.get("Throughput")
            if volume.snapshot_id:
                self.account.maps.derive(volume.snapshot_id, volume.id)
        set_state(self.account, instance, "pending")
        self.begin(instance.id, "running")

    def _check_launch(self) -> Any:
        """The image. Raises what AWS says of an unknown image, type or key."""
        image = self._image()
        type_name = self.params.get("InstanceType", "m1.small")
        if type_name not in INSTANCE_TYPES:
            raise refuse("InvalidParameterValue", f"Invalid value '{type_name}' for InstanceType.")
        offered = INSTANCE_TYPES[type_name].get("ProcessorInfo", {}).get("SupportedArchitectures")
        if image.architecture and offered and image.architecture not in offered:
            raise refuse(
                "InvalidParameterValue",
                f"The architecture '{','.join(offered)}' of the specified instance type does not "
                f"match the architecture '{image.architecture}' of the specified AMI. Specify an "
                "instance type and an AMI that have matching architectures, and try again.",
            )
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/enhanced-networking-ena.html
        ena = INSTANCE_TYPES[type_name].get("NetworkInfo", {}).get("EnaSupport")
        if ena == "required" and not image.ena_support:
            raise refuse(
                "InvalidParameterCombination",
                "Enhanced networking with the Elastic Network Adapter (ENA) is required for the "
                f"'{type_name}' instance type. Ensure that you are using an AMI that is enabled "
                "for ENA.",
            )
        self._check_quota(type_name)
        if name := self.params.get("KeyName"):
            self.ec2_backend.describe_key_pairs(key_names=[name])
        return image

    def _check_quota(self, type_name: str) -> None:
        """On-demand standard vCPUs, as counted at
        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html"""
        if not _standard(type_name) or self.params.get("InstanceMarketOptions"):
            return
        used = sum(
            _vcpus(instance.instance_type)
            for reservation in self.ec2_backend.reservations.values()
            for instance in reservation.instances
            if instance.state in ("pending", "running") and _standard(instance.instance_type)
        )
        limit = self.account.switches.standard_vcpus
        if used + _vcpus(type_name) * int(self.params.get("MaxCount", 1)) > limit:
            raise refuse(
                "VcpuLimitExceeded",
                f"You have requested more vCPU capacity than your current vCPU limit of {limit} "
                "allows for the instance bucket that the specified instance type belongs to.",
            )

    def _image(self) -> Any:
        image_id = self.params.get("ImageId")
        if image_id is None and (template := self.params.get("LaunchTemplate")):
            image_id = self.ec2_backend._get_template_from_args(template).image_id  # noqa: SLF001
        if not image_id:
            raise refuse("MissingParameter", "The request must contain the parameter ImageId")
        image = self.ec2_backend.amis.get(image_id)
        if image is None:
            raise refuse("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
        if image.state != "available":
            raise refuse("InvalidAMIID.Unavailable", f"The image '{image_id}' is {image.state}")
        return image


def _standard(type_name: str) -> bool:
    """Of the families A, C, D, H, I, M, R, T and Z."""
    return re.match(r"(a|c|d|h|i|m|r|t|z|im|is)\d", type_name) is not None


def _vcpus(type_name: str) -> int:
    return int(INSTANCE_TYPES[type_name]["VCpuInfo"]["DefaultVCpus"])
