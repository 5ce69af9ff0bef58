"""Images: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RegisterImage.html"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.amis import Ami
from moto.ec2.utils import random_ami_id

from .base import refuse
from .mappings import checked_size
from .models import LocalAmi
from .paging import Paging

_BOOT_MODES = (None, "legacy-bios", "uefi", "uefi-preferred")


class Images(Paging):
    def register_image(self) -> ActionResult:
        self._check_name()
        root, mappings = self.params.get("RootDeviceName"), self._mappings()
        if root not in {m["DeviceName"] for m in mappings}:
            raise refuse(
                "InvalidBlockDeviceMapping", "Block device mapping has no entry for the root device"
            )
        if self.params.get("BootMode") not in _BOOT_MODES:
            raise refuse("InvalidParameterValue", "Value for parameter bootMode is invalid.")
        self.error_on_dryrun()
        image = self._make(mappings, root)
        # The defaults are of another age; a guest that boots must name them.
        image.architecture = self.params.get("Architecture", "i386")
        image.virtualization_type = self.params.get("VirtualizationType", "paravirtual")
        image.ena_support = self.params.get("EnaSupport", False)
        image.sriov = self.params.get("SriovNetSupport")
        image.boot_mode = self.params.get("BootMode")
        image.tpm_support = self.params.get("TpmSupport")
        image.imds_support = self.params.get("ImdsSupport")
        return ActionResult({"ImageId": image.id})

    def describe_images(self) -> ActionResult:
        ids = self._get_param("ImageIds", [])
        self.look("ami-", ids)
        result: Any = super().describe_images().result
        missing = set(ids) - {image.id for image in result["Images"]}
        if missing and not self._get_param("Filters"):
            raise refuse("InvalidAMIID.NotFound", f"The image ids '{missing}' do not exist")
        page, token = self.page(result["Images"], bool(ids), least=1)
        return ActionResult({"Images": page, "NextToken": token})

    def _check_name(self) -> None:
        name = self._get_param("Name")
        for image in self.ec2_backend.amis.values():
            if image.name == name and image.owner_id == self.current_account:
                raise refuse(
                    "InvalidAMIName.Duplicate", f"AMI name {name} is already in use by {image.id}"
                )

    def _mappings(self) -> list[dict[str, Any]]:
        made = []
        for mapping in self.params.get("BlockDeviceMappings", []):
            ebs = {"VolumeType": "gp2", "DeleteOnTermination": True, **mapping.get("Ebs", {})}
            ebs["VolumeSize"] = checked_size(mapping["DeviceName"], ebs, self.ec2_backend)
            if snapshot_id := ebs.get("SnapshotId"):
                snapshot = self.ec2_backend.get_snapshot(snapshot_id)
                ebs["Encrypted"] = snapshot.encrypted
                if snapshot.status != "completed":
                    raise refuse("IncorrectState", f"Snapshot {snapshot_id} is not 'completed'")
            made.append({"DeviceName": mapping["DeviceName"], "Ebs": ebs})
        return made

    def _make(self, mappings: list[dict[str, Any]], root: str | None) -> Any:
        backend = self.ec2_backend
        image: Any = Ami(
            backend,
            random_ami_id(),
            name=self._get_param("Name"),
            description=self._get_param("Description", ""),
            root_device_name=root or "",
            root_device_type="ebs",
            region_name=f"{self.region}a",
        )
        # moto makes every image an empty snapshot of its own.
        backend.snapshots.pop(image.ebs_snapshot.id)
        image.__class__ = LocalAmi
        image.mappings = mappings
        image.hypervisor = "xen"
        image.add_tags(self._parse_tag_specification().get("image", {}))
        backend.amis[image.id] = image
        image.state = "pending"
        self.begin(image.id, "available")
        return image
