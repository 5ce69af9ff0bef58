"""The instance of instances.insert, as a pure function of what is wanted.

https://cloud.google.com/compute/docs/reference/rest/v1/instances/insert
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from novacron.errors import InvalidSpec
from novacron.mapping.machine_types_gcp import ACCELERATED, series_of
from novacron.mapping.volumes_gcp import for_machine
from novacron.models.base import Ownership
from novacron.models.vm import VmSpec
from novacron.models.volume import VolumeClass
from novacron.providers.gcp.ownership import labels, native_name

USER = "novacron"
"""Who may log in with ``ssh_keys``: Google's guest agent makes the account."""
MOST_DISKS = 127
"""Beside the boot disk: https://cloud.google.com/compute/docs/disks/persistent-disks#pd_instance_limits"""


@dataclass(frozen=True)
class Launch:
    """What was found out for a request: names and partial URLs.

    ``image_gib`` is the least that the boot disk can have. ``subnet`` None: the default network.
    """

    zone: str
    machine_type: str
    image: str
    image_gib: int
    subnet: str | None = None


def instance(spec: VmSpec, owner: Ownership, launch: Launch) -> dict[str, Any]:
    """Raises InvalidSpec for a disk or tag that Google cannot take."""
    told: dict[str, Any] = {
        "name": native_name(spec.name, owner),
        "machine_type": f"zones/{launch.zone}/machineTypes/{launch.machine_type}",
        "labels": labels(spec.name, spec.tags, owner, spec),
        "disks": [_boot(spec, owner, launch), *_extra(spec, owner, launch)],
        "network_interfaces": [_interface(spec, launch)],
        "metadata": {"items": _metadata(spec)},
        # No service account: a guest's tokens would be the project's.
        "service_accounts": [],
    }
    if spec.firewall_ids:
        told["tags"] = {"items": list(dict.fromkeys(spec.firewall_ids))}
    if series_of(launch.machine_type) in ACCELERATED:
        # A GPU cannot be moved: https://cloud.google.com/compute/docs/instances/host-maintenance-overview
        told["scheduling"] = {"on_host_maintenance": "TERMINATE"}
    if spec.spot:
        # https://cloud.google.com/compute/docs/instances/create-use-spot
        told["scheduling"] = {
            "provisioning_model": "SPOT",
            "instance_termination_action": "DELETE",
            "automatic_restart": False,
            "on_host_maintenance": "TERMINATE",
        }
    return told


def _boot(spec: VmSpec, owner: Ownership, launch: Launch) -> dict[str, Any]:
    """The image brings what its guest can do (UEFI, gVNIC ...) with it."""
    size = spec.root_disk_gib or launch.image_gib
    if size < launch.image_gib:
        raise InvalidSpec(
            f"The image needs a disk of {launch.image_gib} GiB.", field="root_disk_gib"
        )
    kind = for_machine(series_of(launch.machine_type), VolumeClass.BALANCED, size)
    made = {"disk_name": native_name(spec.name, owner), "source_image": launch.image}
    disk = _disk(spec, owner, launch, kind, made | {"disk_size_gb": size})
    return {"boot": True, **disk}


def _extra(spec: VmSpec, owner: Ownership, launch: Launch) -> list[dict[str, Any]]:
    if len(spec.disks) > MOST_DISKS:
        raise InvalidSpec(f"A VM takes {MOST_DISKS} extra disks.", field=f"disks.{MOST_DISKS}")
    series, disks = series_of(launch.machine_type), []
    for number, disk in enumerate(spec.disks):
        try:
            kind = for_machine(series, disk.volume_class, disk.size_gib)
        except InvalidSpec as error:
            raise InvalidSpec(error.detail, field=f"disks.{number}.{error.field}") from error
        name = native_name(disk.name, owner, f"disks/{number}")
        made = {"disk_name": name, "disk_size_gb": disk.size_gib}
        disks.append({"device_name": name, **_disk(spec, owner, launch, kind, made)})
    return disks


def _disk(
    spec: VmSpec, owner: Ownership, launch: Launch, kind: str, made: dict[str, Any]
) -> dict[str, Any]:
    """A disk that is made, labelled and deleted with the VM."""
    return {
        "auto_delete": True,
        "initialize_params": {
            **made,
            "disk_type": f"zones/{launch.zone}/diskTypes/{kind}",
            "labels": labels(spec.name, spec.tags, owner, spec),
        },
    }


def _interface(spec: VmSpec, launch: Launch) -> dict[str, Any]:
    """A Google subnet gives no public address of itself: ``public_ip`` None is False."""
    nic: dict[str, Any] = (
        {"subnetwork": launch.subnet} if launch.subnet else {"network": "global/networks/default"}
    )
    if spec.public_ip:
        nic["access_configs"] = [{"name": "External NAT", "type_": "ONE_TO_ONE_NAT"}]
    return nic


def _metadata(spec: VmSpec) -> list[dict[str, str]]:
    """https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys"""
    items = {"serial-port-logging-enable": "true"}
    if spec.user_data:
        items["user-data"] = spec.user_data
    if spec.ssh_keys:
        items["ssh-keys"] = "\n".join(f"{USER}:{key}" for key in spec.ssh_keys)
        # Without this, accounts of OS Login would be the only ones, whatever ssh-keys says.
        items["enable-oslogin"] = "FALSE"
    return [{"key": key, "value": value} for key, value in items.items()]
