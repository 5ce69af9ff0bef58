"""Disks of instances: those a new one asks for, and how they come and go.

https://cloud.google.com/compute/docs/disks/add-persistent-disk
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import GoogleError, exists, in_use, invalid
from ..project import LocalProject
from ..rules import check_name, timestamp
from ..store import Body, link, path_of
from .disks import disk_body, disk_path
from .kinds import DISKS

# https://cloud.google.com/compute/docs/disks/persistent-disks#pd_instance_limits
MAX_DISKS = 128


@dataclass
class Attachment:
    """``entry`` is what the instance shows, ``disk`` the disk; ``new`` if it is made with it."""

    entry: Body
    disk: Body
    new: bool


def attachments(
    project: LocalProject, instance: str, asked: list[Body], default_type: str
) -> list[Attachment]:
    """Nothing is stored yet. Raises invalid, notFound, resourceInUseByAnotherResource."""
    if not asked or len(asked) > MAX_DISKS:
        raise invalid("resource.disks", len(asked), f"Must have between 1 and {MAX_DISKS} disks.")
    if not asked[0].get("boot") or any(disk.get("boot") for disk in asked[1:]):
        raise invalid(
            "resource.disks[0].boot", "", "The first disk, and no other, is the boot disk."
        )
    found = [
        attachment(project, instance, index, disk, default_type) for index, disk in enumerate(asked)
    ]
    for field in ("deviceName", "source"):
        values = [each.entry[field] for each in found]
        if len(set(values)) < len(values):
            raise invalid(f"resource.disks.{field}", values, "Disks must differ in it.")
    return found


def attachment(
    project: LocalProject, instance: str, index: int, asked: Body, default_type: str = ""
) -> Attachment:
    zone_path = instance.rsplit("/", 2)[0]
    initialize = asked.get("initializeParams")
    if (initialize is None) == (not asked.get("source")):
        raise invalid(f"resource.disks[{index}]", "", "Give either source or initializeParams.")
    if initialize is not None:
        disk = _new_disk(project, instance, index, initialize, default_type)
    else:
        disk = project.store.get(disk_path(project, asked["source"], zone_path))
        check_unused(project, disk, asked.get("mode", "READ_WRITE"))
    entry: Body = {
        "kind": "compute#attachedDisk",
        "type": "PERSISTENT",
        "mode": asked.get("mode", "READ_WRITE"),
        "source": disk["selfLink"],
        "deviceName": asked.get("deviceName") or f"persistent-disk-{index}",
        "index": index,
        "boot": asked.get("boot", False),
        "autoDelete": asked.get("autoDelete", False),
        "interface": asked.get("interface", "SCSI"),
        "diskSizeGb": disk["sizeGb"],
    }
    entry |= {k: disk[k] for k in ("guestOsFeatures", "licenses", "architecture") if k in disk}
    return Attachment(entry, disk, initialize is not None)


def _new_disk(
    project: LocalProject, instance: str, index: int, asked: Body, default_type: str
) -> Body:
    """Named after the instance unless it has a name of its own."""
    zone_path, _, name = instance.rpartition("/instances/")
    default = name if index == 0 else f"{name}-{index}"
    path = f"{zone_path}/{DISKS.name}/{check_name({'name': asked.get('diskName', default)})}"
    if path in project.store.items:
        raise exists(path)
    renamed = {"diskSizeGb": "sizeGb", "diskType": "type"}
    wanted = {renamed.get(k, k): v for k, v in asked.items()}
    return disk_body(project, path, wanted, default_type)


def check_unused(project: LocalProject, disk: Body, mode: str) -> None:
    """One writer, or any number of readers:
    https://cloud.google.com/compute/docs/disks/sharing-disks-between-vms"""
    for user in disk.get("users", []):
        attached = project.store.get(path_of(user))["disks"]
        modes = {entry["mode"] for entry in attached if entry["source"] == disk["selfLink"]}
        if modes | {mode} != {"READ_ONLY"}:
            raise in_use("disk", path_of(disk["selfLink"]), path_of(user))


def use(project: LocalProject, disk: Body, instance: str) -> None:
    disk["users"] = [*disk.get("users", []), link(instance)]
    disk["lastAttachTimestamp"] = timestamp(project.clock.now())


def release(project: LocalProject, disk: Body, instance: str) -> None:
    disk["users"] = [user for user in disk["users"] if user != link(instance)]
    if not disk["users"]:
        del disk["users"]
    disk["lastDetachTimestamp"] = timestamp(project.clock.now())


def remove_disk(project: LocalProject, path: str) -> None:
    body = project.store.items.pop(path)
    project.blocks.drop(body["id"])


def release_all(project: LocalProject, instance: Body, *, only: list[str] | None = None) -> None:
    """Of an instance that is deleted: its disks go with it where autoDelete says so, or where
    ``only`` names them."""
    path = path_of(instance["selfLink"])
    for entry in instance["disks"]:
        source = path_of(entry["source"])
        if source in only if only is not None else entry["autoDelete"]:
            remove_disk(project, source)
        else:
            release(project, project.store.get(source), path)


def entry_of(instance: Body, device: str | None) -> dict[str, Any]:
    """The attached disk with this device name. Raises invalid."""
    for entry in instance["disks"]:
        if entry["deviceName"] == device:
            found: dict[str, Any] = entry
            return found
    message = f"No attached disk found with device name '{device}'"
    raise GoogleError(400, "invalid", f"Invalid value for field 'disk': '{device}'. {message}")
