"""Marketplace images: https://learn.microsoft.com/en-us/azure/virtual-machines/linux/cli-ps-findimage"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..routes import Route
from ..wire import Answer, ArmError, Call, Json

if TYPE_CHECKING:
    from ..account import LocalAccount

_UBUNTU = ("24.04.202609040", "24.04.202610080", "24.04.202611050")
_JAMMY = ("22.04.202609020", "22.04.202610150", "22.04.202611120")
_BOOKWORM = ("0.20260901.2220", "0.20261012.2261", "0.20261102.2282")
_TRIXIE = ("0.20261012.2261", "0.20261102.2282")
# (publisher, offer, sku) -> (versions oldest first, architecture, Hyper-V generation)
_OFFERED: dict[tuple[str, str, str], tuple[tuple[str, ...], str, str]] = {
    ("Canonical", "ubuntu-24_04-lts", "server"): (_UBUNTU, "x64", "V2"),
    ("Canonical", "ubuntu-24_04-lts", "server-gen1"): (_UBUNTU, "x64", "V1"),
    ("Canonical", "ubuntu-24_04-lts", "server-arm64"): (_UBUNTU, "Arm64", "V2"),
    ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts"): (_JAMMY, "x64", "V1"),
    ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2"): (_JAMMY, "x64", "V2"),
    ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-arm64"): (_JAMMY, "Arm64", "V2"),
    ("Debian", "debian-12", "12"): (_BOOKWORM, "x64", "V1"),
    ("Debian", "debian-12", "12-gen2"): (_BOOKWORM, "x64", "V2"),
    ("Debian", "debian-12", "12-arm64"): (_BOOKWORM, "Arm64", "V2"),
    ("Debian", "debian-13", "13"): (_TRIXIE, "x64", "V1"),
    ("Debian", "debian-13", "13-gen2"): (_TRIXIE, "x64", "V2"),
    ("Debian", "debian-13", "13-arm64"): (_TRIXIE, "Arm64", "V2"),
}
_BY_LOWER = {tuple(part.lower() for part in urn): found for urn, found in _OFFERED.items()}
SIZE_GIB = 30


@dataclass(frozen=True)
class MarketplaceImage:
    version: str
    arch: str
    generation: str


def marketplace(asked: Json) -> MarketplaceImage:
    """The image of a URN; "latest" is its newest version. Raises ArmError 404.

    https://learn.microsoft.com/en-us/troubleshoot/azure/virtual-machines/linux/troubleshoot-deploy-vm-linux
    """
    urn = tuple(str(asked.get(part, "")).lower() for part in ("publisher", "offer", "sku"))
    version = str(asked.get("version", ""))
    versions, arch, generation = _BY_LOWER.get(urn, ((), "", ""))
    if version.lower() == "latest" and versions:
        version = versions[-1]
    if version not in versions:
        told = ":".join(str(asked.get(part)) for part in ("publisher", "offer", "sku", "version"))
        message = (
            f"The platform image '{told}' is not available. Verify that all fields in the "
            "storage profile are correct."
        )
        raise ArmError(404, "PlatformImageNotFound", message, "imageReference")
    return MarketplaceImage(version, arch, generation)


def image_of_version_id(resource_id: str) -> Json | None:
    """The URN in the id of a marketplace version; None for an id of anything else."""
    parts = resource_id.strip("/").split("/")
    lower = [part.lower() for part in parts]
    if "artifacttypes" not in lower:
        return None
    named = {
        kind: parts[lower.index(kind) + 1] for kind in ("publishers", "offers", "skus", "versions")
    }
    return {kind.rstrip("s"): name for kind, name in named.items()}


_BASE = "/subscriptions/{sub}/providers/Microsoft.Compute/locations/{location}/publishers"
_LEVELS = ("publisher", "offer", "sku")


def _entry(account: LocalAccount, path: str, name: str) -> Json:
    place = f"{account.root}/providers/Microsoft.Compute/locations/{account.location}{path}/{name}"
    return {
        "name": name,
        "location": account.location,
        "id": place.replace("locations", "Locations"),
    }


def _list(account: LocalAccount, call: Call) -> Answer:
    """The next level below what the path names."""
    given = [call.names[level].lower() for level in _LEVELS if level in call.names]
    found = [urn for urn in _OFFERED if [part.lower() for part in urn[: len(given)]] == given]
    if not found:
        raise ArmError(404, "NotFound", f"Artifact: {'/'.join(given)} was not found.")
    names: Any = (
        sorted({urn[len(given)] for urn in found}) if len(given) < 3 else _OFFERED[found[0]][0]
    )
    if call.query.get("$orderby", "").lower() == "name desc":
        names = list(reversed(names))
    top = int(call.query.get("$top", len(names)))
    path = call.path[call.path.lower().index("/publishers") :]
    return Answer(200, [_entry(account, path, name) for name in names[:top]])


def _get(account: LocalAccount, call: Call) -> Answer:
    """https://learn.microsoft.com/en-us/rest/api/compute/virtual-machine-images/get"""
    image = marketplace(call.names)
    path = call.path[call.path.lower().index("/publishers") :].rpartition("/")[0]
    body = _entry(account, path, image.version)
    body["properties"] = {
        "architecture": image.arch,
        "hyperVGeneration": image.generation,
        "osDiskImage": {"operatingSystem": "Linux"},
        "dataDiskImages": [],
        "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": False},
        "imageDeprecationStatus": {"imageState": "Active"},
    }
    return Answer(200, body)


_OFFERS = _BASE + "/{publisher}/artifacttypes/vmimage/offers"
_SKUS = _OFFERS + "/{offer}/skus"
_VERSIONS = _SKUS + "/{sku}/versions"
ROUTES = [
    Route("GET", _BASE, "VirtualMachineImages_ListPublishers", _list),
    Route("GET", _OFFERS, "VirtualMachineImages_ListOffers", _list),
    Route("GET", _SKUS, "VirtualMachineImages_ListSkus", _list),
    Route("GET", _VERSIONS, "VirtualMachineImages_List", _list),
    Route("GET", _VERSIONS + "/{version}", "VirtualMachineImages_Get", _get),
]
