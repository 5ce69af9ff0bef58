"""Which machine type a request means, and what it goes with."""

from __future__ import annotations

from ..custom_types import custom_type
from ..errors import GoogleError, invalid, required
from ..project import LocalProject
from ..store import Body, path_of
from .kinds import MACHINE_TYPES

# https://cloud.google.com/compute/docs/disks/hyperdisks#machine-type-support and
# https://cloud.google.com/compute/docs/disks/persistent-disks#machine_series_support
_HYPERDISK_ONLY = ("c4", "c4a", "n4", "n4a")
_NO_HYPERDISK_BALANCED = ("e2", "n1", "n2", "n2d", "t2a")


def machine_of(project: LocalProject, reference: str | None, zone_path: str) -> Body:
    """The machine type. Raises required, invalid, notFound."""
    field = "resource.machineType"
    if not reference:
        raise required(field)
    path = path_of(reference) or f"{project.root}/{reference}"
    if not path.startswith(f"{zone_path}/{MACHINE_TYPES.name}/"):
        raise invalid(field, reference, "The URL is malformed.")
    return custom_type(path) or project.store.get(project.store.refer(path, MACHINE_TYPES, field))


def default_disk_type(machine: Body) -> str:
    """ "initializeParams.diskType" of
    https://cloud.google.com/compute/docs/reference/rest/v1/instances/insert"""
    series = machine["name"].partition("-")[0]
    if series in _HYPERDISK_ONLY:
        return "hyperdisk-balanced"
    return "pd-balanced" if series == "c3" else "pd-standard"


def check_disk_fits(machine: Body, disk: Body) -> None:
    """Raises invalid for a disk type that the machine series does not have, or for a boot image
    of another architecture."""
    series = machine["name"].partition("-")[0]
    kind = disk["type"].rpartition("/")[2]
    hyper = kind.startswith("hyperdisk")
    if (series in _HYPERDISK_ONLY and not hyper) or (series in _NO_HYPERDISK_BALANCED and hyper):
        raise GoogleError(
            400, "invalid", f"[{kind}] features are not compatible for creating instance."
        )
    architecture = disk.get("architecture", machine["architecture"])
    if architecture != machine["architecture"]:
        raise GoogleError(
            400,
            "invalid",
            f"The architecture '{architecture}' of disk '{disk['name']}' does not match "
            f"'{machine['architecture']}' of machine type '{machine['name']}'.",
        )
