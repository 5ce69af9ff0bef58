"""Public images under the names and owners that their makers use, beside moto's own.

Debian: https://wiki.debian.org/Cloud/AmazonEC2Image; Ubuntu:
https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/.
The dates and ids are made up.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from moto.ec2.models.amis import AMIS

_ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}
_DEBIAN, _UBUNTU = "136693071363", "099720109477"
_NAMES = [
    *[(_DEBIAN, f"debian-12-{a}-20260901-2224", "/dev/xvda", a) for a in ("amd64", "arm64")],
    *[(_DEBIAN, f"debian-13-{a}-20260901-2224", "/dev/xvda", a) for a in ("amd64", "arm64")],
    *[
        (_UBUNTU, f"ubuntu/images/hvm-ssd{kind}-{a}-server-20260901", "/dev/sda1", a)
        for kind in ("/ubuntu-jammy-22.04", "-gp3/ubuntu-noble-24.04")
        for a in ("amd64", "arm64")
    ],
]


def offer() -> None:
    """Add them to the images that every new region has; once for the process."""
    known = {image["ami_id"] for image in AMIS}
    AMIS.extend(image for image in map(_image, _NAMES) if image["ami_id"] not in known)


def _image(told: tuple[str, str, str, str]) -> dict[str, Any]:
    owner, name, root, architecture = told
    return {
        "ami_id": f"ami-{sha256(name.encode()).hexdigest()[:17]}",
        "name": name,
        "description": name,
        "owner_id": owner,
        "public": True,
        "virtualization_type": "hvm",
        "architecture": _ARCHITECTURES[architecture],
        "state": "available",
        "creation_date": "2026-09-01T00:00:00.000Z",
        "platform": None,
        "image_type": "machine",
        "hypervisor": "xen",
        "root_device_name": root,
        "root_device_type": "ebs",
        "sriov": "simple",
    }
