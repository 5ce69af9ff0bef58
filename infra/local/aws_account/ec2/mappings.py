"""Block device mappings of an image and of a request, as one list.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-device-mapping-concepts.html
"""

from __future__ import annotations

from typing import Any

from .base import refuse


def merged(image: Any, asked: list[dict[str, Any]], backend: Any) -> list[dict[str, Any]]:
    """The image's devices, changed and added to by the request's."""
    devices: dict[str, dict[str, Any]] = {}
    for mapping in image.block_device_mappings:
        devices[mapping["DeviceName"]] = dict(mapping.get("Ebs", {}))
    for mapping in asked:
        name = mapping["DeviceName"]
        if "NoDevice" in mapping:
            devices.pop(name, None)
        else:
            devices[name] = devices.get(name, {}) | mapping.get("Ebs", {})
    for name, ebs in devices.items():
        ebs["VolumeSize"] = checked_size(name, ebs, backend)
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html
        if ebs.get("VolumeType") in ("io1", "io2") and "Iops" not in ebs:
            raise refuse("MissingParameter", "The request must contain the parameter iops")
    return [{"DeviceName": name, "Ebs": ebs} for name, ebs in devices.items()]


def without_types(mappings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For moto, which takes no IOPS here and then refuses the types that need them."""
    return [
        {**one, "Ebs": {name: told for name, told in one["Ebs"].items() if name != "VolumeType"}}
        for one in mappings
    ]


def checked_size(name: str, ebs: dict[str, Any], backend: Any) -> int:
    """In GiB; the snapshot's when none is given. Raises InvalidBlockDeviceMapping."""
    size, snapshot_id = ebs.get("VolumeSize"), ebs.get("SnapshotId")
    if snapshot_id is None:
        if size is None:
            raise refuse("MissingParameter", "The request must contain the parameter size")
        return int(size)
    snapshot = backend.get_snapshot(snapshot_id)
    if size is not None and int(size) < snapshot.volume_size:
        raise refuse(
            "InvalidBlockDeviceMapping",
            f"Volume of size {size}GB is smaller than snapshot '{snapshot_id}', "
            f"expect size >= {snapshot.volume_size}GB ({name})",
        )
    return int(size or snapshot.volume_size)
