"""Snapshots: https://cloud.google.com/compute/docs/disks/snapshots"""

from __future__ import annotations

from ..errors import required
from ..operations import check_free
from ..project import LocalProject
from ..routes import ROUTES, route
from ..rules import check_name
from ..store import Body
from ..wire import Call
from .generic import common, deleting, offer, target
from .kinds import DISKS, SNAPSHOTS

offer(SNAPSHOTS)


@route("disks.createSnapshot")
def create(project: LocalProject, call: Call) -> Body:
    """The operation is the disk's zone's, and its target is the disk."""
    disk = target(project, call, DISKS)
    project.operations.check_ready(disk)
    path = _add(project, call, disk)
    work = {"arguments": {"path": path}, "also": [path]}
    return project.operations.start(
        call, "createSnapshot", disk, effect="ready", undo="remove", **work
    )


@route("snapshots.insert")
def insert(project: LocalProject, call: Call) -> Body:
    if "sourceDisk" not in call.body:
        raise required("resource.sourceDisk")
    disk = project.store.refer(call.body["sourceDisk"], DISKS, "resource.sourceDisk")
    project.operations.check_ready(disk)
    path = _add(project, call, disk)
    return project.operations.start(call, "insert", path, effect="ready", undo="remove")


def _add(project: LocalProject, call: Call, disk: str) -> str:
    """The bytes are those of now, whatever is written to the disk before it is ready."""
    path = f"{project.root}/global/snapshots/{check_name(call.body)}"
    check_free(project, path)
    source = project.store.get(disk)
    project.guests.flush(source)
    body = common(project, path, SNAPSHOTS, call.body) | {
        "status": "CREATING",
        "sourceDisk": source["selfLink"],
        "sourceDiskId": source["id"],
        "diskSizeGb": source["sizeGb"],
        "snapshotType": call.body.get("snapshotType", "STANDARD"),
        "storageLocations": call.body.get("storageLocations", ["us"]),
        "storageBytesStatus": "UP_TO_DATE",
        "storageBytes": str(project.blocks.stored(source["id"])),
        "autoCreated": False,
    }
    for field in ("guestOsFeatures", "licenses", "architecture"):
        if field in source:
            body[field] = source[field]
    project.store.items[path] = body
    project.blocks.copy(source["id"], body["id"])
    return path


ROUTES["snapshots.delete"] = deleting(SNAPSHOTS, lambda *_: None, "DELETING")
