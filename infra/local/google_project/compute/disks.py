"""Zonal disks: https://cloud.google.com/compute/docs/disks"""

from __future__ import annotations

from typing import Any

from ..catalog import ZONES
from ..errors import GoogleError, in_use, invalid, required
from ..project import LocalProject
from ..routes import ROUTES, route
from ..store import Body, link, path_of
from ..wire import Call
from .disk_limits import check_size, performance
from .generic import common, deleting, new_body, offer, target
from .kinds import DISK_TYPES, DISKS, IMAGES, SNAPSHOTS
from .quotas import check_quota, disk_metric

offer(DISKS, aggregate=True)
# Of a disk that is given neither a size nor a source.
_DEFAULT_GB = 500
_SOURCES = {"sourceImage": IMAGES, "sourceSnapshot": SNAPSHOTS}
_FROM_SOURCE = ("guestOsFeatures", "licenses", "architecture")


@route("disks.insert")
def insert(project: LocalProject, call: Call) -> Body:
    path, _ = new_body(project, call, DISKS)
    if image := call.params.get("sourceImage"):
        call.body["sourceImage"] = image
    body = disk_body(project, path, call.body)
    failed = room_for(project, body)
    project.store.items[path] = body | {"status": "CREATING"}
    copy_source(project, body)
    return project.operations.start(
        call, "insert", path, effect="ready", undo="remove", failure=failed
    )


def room_for(project: LocalProject, body: Body) -> dict[str, Any] | None:
    region = ZONES[body["zone"].rpartition("/")[2]]
    kind = body["type"].rpartition("/")[2]
    return check_quota(project, region, {disk_metric(kind): int(body["sizeGb"])})


def disk_body(
    project: LocalProject, path: str, asked: Body, default_type: str = "pd-standard"
) -> Body:
    """A disk that is ready, not stored yet. Raises invalid, notFound."""
    wanted = asked.get("type", f"{path.rsplit('/', 2)[0]}/diskTypes/{default_type}")
    kind = project.store.refer(wanted, DISK_TYPES, "resource.type")
    source = _source(project, asked)
    least = int(source[1]["diskSizeGb"]) if source else 0
    size = int(asked.get("sizeGb") or least or _DEFAULT_GB)
    check_size(kind.rpartition("/")[2], size)
    if size < least:
        raise invalid(
            "resource.sizeGb", size, f"Requested disk size cannot be smaller than {least} GB"
        )
    body = common(project, path, DISKS, asked) | {
        "sizeGb": str(size),
        "type": link(kind),
        "status": "READY",
        "physicalBlockSizeBytes": "4096",
    }
    body |= performance(kind.rpartition("/")[2], size, asked)
    if source:
        field, origin = source
        body |= {field: origin["selfLink"], f"{field}Id": origin["id"]}
        body |= {name: origin[name] for name in _FROM_SOURCE if name in origin}
    body |= {name: asked[name] for name in _FROM_SOURCE if name in asked}
    return body


def _source(project: LocalProject, asked: Body) -> tuple[str, Body] | None:
    given = [name for name in _SOURCES if asked.get(name)]
    if len(given) > 1:
        raise GoogleError(400, "invalid", "Only one source may be given for a disk.")
    for name in given:
        body = find_source(project, asked[name], _SOURCES[name], f"resource.{name}")
        return name, body
    return None


def find_source(project: LocalProject, reference: str, what: Any, field: str) -> Body:
    """An image or snapshot that is ready; an image also by its family:
    https://cloud.google.com/compute/docs/images/image-families-best-practices"""
    if what is IMAGES and "/family/" in reference:
        from .images import newest_of_family

        start, _, family = reference.rpartition("/images/family/")
        return newest_of_family(project, path_of(start).split("/")[1], family)
    path = project.store.refer(reference, what, field)
    project.operations.check_ready(path)
    return project.store.get(path)


def copy_source(project: LocalProject, body: Body) -> None:
    for name in ("sourceImageId", "sourceSnapshotId"):
        if name in body:
            project.blocks.copy(body[name], body["id"])


@route("disks.resize")
def resize(project: LocalProject, call: Call) -> Body:
    """https://cloud.google.com/compute/docs/disks/resize-persistent-disk: it only grows."""
    path = target(project, call, DISKS)
    body = project.store.get(path)
    project.operations.check_ready(path)
    size, old = int(call.body.get("sizeGb", 0)), int(body["sizeGb"])
    if size <= old:
        raise invalid("sizeGb", size, f"New disk size '{size}' must be larger than '{old}'")
    kind = body["type"].rpartition("/")[2]
    check_size(kind, size)
    region = ZONES[body["zone"].rpartition("/")[2]]
    failed = check_quota(project, region, {disk_metric(kind): size - old})
    change = {"sizeGb": str(size)}
    return project.operations.start(
        call, "resize", path, effect="set", arguments=change, failure=failed
    )


def _check_free(_project: LocalProject, path: str, body: Body) -> None:
    for user in body.get("users", []):
        raise in_use("disk", path, path_of(user))


def disk_path(project: LocalProject, reference: str | None, zone_path: str) -> str:
    """The disk that a request names. Raises required, invalid, notFound, resourceNotReady."""
    if not reference:
        raise required("resource.source")
    path = project.store.refer(reference, DISKS, "resource.source")
    project.operations.check_ready(path)
    if not path.startswith(zone_path + "/"):
        raise invalid("resource.source", reference, "The disk is in another zone.")
    return path


ROUTES["disks.delete"] = deleting(DISKS, _check_free, "DELETING")
