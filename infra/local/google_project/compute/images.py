"""Images: https://cloud.google.com/compute/docs/images"""

from __future__ import annotations

from typing import Any

from ..errors import GoogleError, in_use, invalid, not_found
from ..project import LocalProject
from ..routes import ROUTES, route
from ..store import Body, path_of
from ..wire import Call
from .generic import deleting, new_body, offer
from .kinds import DISKS, IMAGES, SNAPSHOTS

offer(IMAGES)
# Of an image from a file: no one here reads the file.
_RAW_GB = 10
_SOURCES = ("rawDisk", "sourceDisk", "sourceImage", "sourceSnapshot")
_KEPT = ("family", "guestOsFeatures", "licenses", "architecture", "storageLocations", "rawDisk")


@route("images.insert")
def insert(project: LocalProject, call: Call) -> Body:
    path, body = new_body(project, call, IMAGES)
    given = [name for name in _SOURCES if call.body.get(name)]
    if len(given) != 1:
        raise GoogleError(400, "invalid", f"Exactly one of {', '.join(_SOURCES)} must be given.")
    body |= {"sourceType": "RAW", "status": "PENDING", "architecture": "X86_64"}
    if given[0] == "rawDisk":
        _check_raw(call.body["rawDisk"])
        body["diskSizeGb"] = str(call.body.get("diskSizeGb") or _RAW_GB)
    else:
        _copy(project, call, body, given[0])
    body |= {name: call.body[name] for name in _KEPT if name in call.body}
    body["archiveSizeBytes"] = str(project.blocks.stored(body["id"]))
    project.store.items[path] = body
    return project.operations.start(call, "insert", path, effect="ready", undo="remove")


def _check_raw(raw: dict[str, Any]) -> None:
    """https://cloud.google.com/compute/docs/import/import-existing-image"""
    source = raw.get("source", "")
    hosts = ("https://storage.googleapis.com/", "https://www.googleapis.com/storage/v1/b/")
    if not source.startswith((*hosts, "gs://")) or not source.endswith(".tar.gz"):
        raise invalid("resource.rawDisk.source", source, "Must be a .tar.gz in Cloud Storage.")


def _copy(project: LocalProject, call: Call, body: Body, field: str) -> None:
    kinds = {"sourceDisk": DISKS, "sourceSnapshot": SNAPSHOTS, "sourceImage": IMAGES}
    path = project.store.refer(call.body[field], kinds[field], f"resource.{field}")
    project.operations.check_ready(path)
    source = project.store.get(path)
    if field == "sourceDisk" and not call.params.get("forceCreate"):
        _check_at_rest(project, path, source)
    project.guests.flush(source)
    size = source["sizeGb"] if field == "sourceDisk" else source["diskSizeGb"]
    body |= {field: source["selfLink"], f"{field}Id": source["id"], "diskSizeGb": size}
    body |= {name: source[name] for name in _KEPT[1:4] if name in source}
    project.blocks.copy(source["id"], body["id"])


def _check_at_rest(project: LocalProject, path: str, disk: Body) -> None:
    """ "forceCreate" of https://cloud.google.com/compute/docs/reference/rest/v1/images/insert"""
    for user in disk.get("users", []):
        if project.store.get(path_of(user))["status"] != "TERMINATED":
            raise in_use("disk", path, path_of(user))


@route("images.getFromFamily")
def get_from_family(project: LocalProject, call: Call) -> Body:
    return newest_of_family(project, call.params["project"], call.params["family"])


def newest_of_family(project: LocalProject, owner: str, family: str) -> Body:
    """The newest image of the family that is ready. Raises notFound."""
    found = [
        body
        for body in project.store.under(f"projects/{owner}/global/images")
        if body.get("family") == family and body["status"] == "READY"
    ]
    if not found:
        raise not_found(f"projects/{owner}/global/images/family/{family}")
    return max(found, key=lambda body: body["creationTimestamp"])


ROUTES["images.delete"] = deleting(IMAGES, lambda *_: None, "DELETING")
