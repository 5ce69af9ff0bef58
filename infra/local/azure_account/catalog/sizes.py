"""VM sizes: https://learn.microsoft.com/en-us/azure/virtual-machines/sizes/overview

As the SKU list tells them: https://learn.microsoft.com/en-us/rest/api/compute/resource-skus/list
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..routes import Route
from ..wire import Answer, ArmError, Call, Json

if TYPE_CHECKING:
    from ..account import LocalAccount

ZONES = ("1", "2", "3")


@dataclass(frozen=True)
class Size:
    """``memory`` in GiB; ``disks``: data disks at most; ``temporary``: resource disk in MiB."""

    name: str
    family: str
    cores: int
    memory: float
    disks: int
    nics: int
    temporary: int = 0
    arch: str = "x64"
    generations: str = "V1,V2"
    spot: bool = True

    def capabilities(self) -> dict[str, str]:
        return {
            "vCPUs": str(self.cores),
            "vCPUsAvailable": str(self.cores),
            "MemoryGB": f"{self.memory:g}",
            "MaxDataDiskCount": str(self.disks),
            "MaxNetworkInterfaces": str(self.nics),
            "MaxResourceVolumeMB": str(self.temporary),
            "OSVhdSizeMB": "1047552",
            "CpuArchitectureType": "Arm64" if self.arch == "arm64" else "x64",
            "HyperVGenerations": self.generations,
            "PremiumIO": "True",
            "LowPriorityCapable": str(self.spot),
            "AcceleratedNetworkingEnabled": str(self.cores > 1),
        }


_ALL = (
    Size("Standard_B1s", "standardBSFamily", 1, 1, 2, 2, 4096, spot=False),
    Size("Standard_B2s", "standardBSFamily", 2, 4, 4, 3, 8192, spot=False),
    Size("Standard_B2ms", "standardBSFamily", 2, 8, 4, 3, 16384, spot=False),
    Size("Standard_B1ms", "standardBSFamily", 1, 2, 2, 2, 4096, spot=False),
    Size("Standard_B4ms", "standardBSFamily", 4, 16, 8, 4, 32768, spot=False),
    Size("Standard_B2ts_v2", "standardBsv2Family", 2, 1, 4, 2),
    Size("Standard_B2ls_v2", "standardBsv2Family", 2, 4, 4, 2),
    Size("Standard_B2s_v2", "standardBsv2Family", 2, 8, 4, 2),
    Size("Standard_B4ls_v2", "standardBsv2Family", 4, 8, 8, 2),
    Size("Standard_B4s_v2", "standardBsv2Family", 4, 16, 8, 2),
    Size("Standard_B8s_v2", "standardBsv2Family", 8, 32, 16, 2),
    Size("Standard_B2ats_v2", "standardBasv2Family", 2, 1, 4, 2),
    Size("Standard_B2als_v2", "standardBasv2Family", 2, 4, 4, 2),
    Size("Standard_B2as_v2", "standardBasv2Family", 2, 8, 4, 2),
    Size("Standard_B4als_v2", "standardBasv2Family", 4, 8, 8, 2),
    Size("Standard_B4as_v2", "standardBasv2Family", 4, 16, 8, 2),
    Size("Standard_B8as_v2", "standardBasv2Family", 8, 32, 16, 2),
    Size("Standard_D1_v2", "standardDv2Family", 1, 3.5, 4, 2, 51200),
    Size("Standard_D2_v2", "standardDv2Family", 2, 7, 8, 2, 102400),
    Size("Standard_DS1_v2", "standardDSv2Family", 1, 3.5, 4, 2, 7168),
    Size("Standard_D2s_v3", "standardDSv3Family", 2, 8, 4, 2, 16384),
    Size("Standard_D4s_v3", "standardDSv3Family", 4, 16, 8, 2, 32768),
    Size("Standard_D2s_v5", "standardDSv5Family", 2, 8, 4, 2),
    Size("Standard_D4s_v5", "standardDSv5Family", 4, 16, 8, 2),
    Size("Standard_D8s_v5", "standardDSv5Family", 8, 32, 16, 4),
    Size("Standard_D16s_v5", "standardDSv5Family", 16, 64, 32, 8),
    Size("Standard_D2ps_v5", "standardDPSv5Family", 2, 8, 4, 2, arch="arm64", generations="V2"),
    Size("Standard_E2s_v5", "standardESv5Family", 2, 16, 4, 2),
    Size("Standard_E4s_v5", "standardESv5Family", 4, 32, 8, 2),
    Size("Standard_F2s_v2", "standardFSv2Family", 2, 4, 4, 2, 16384),
    Size("Standard_F4s_v2", "standardFSv2Family", 4, 8, 8, 2, 32768),
)
SIZES = {size.name.lower(): size for size in _ALL}


def size_of(name: object) -> Size:
    """Raises ArmError InvalidParameter for a size that the location does not have."""
    found = SIZES.get(str(name).lower())
    if found is None:
        valid = ", ".join(f"'{size.name}'" for size in _ALL)
        message = (
            f"The value {name} provided for the VM size is not valid. "
            f"The valid sizes in the current region are: {valid}."
        )
        raise ArmError(400, "InvalidParameter", message, "vmSize")
    return found


def check_capacity(account: LocalAccount, size: Size) -> None:
    """https://learn.microsoft.com/en-us/azure/azure-resource-manager/troubleshooting/error-sku-not-available"""
    if size.name.lower() in [name.lower() for name in account.switches.restricted_sizes]:
        message = (
            "The requested VM size for resource 'Following SKUs have failed for Capacity "
            f"Restrictions: {size.name}' is currently not available in location "
            f"'{account.location}'. Please try another size or deploy to a different location "
            "or different zone."
        )
        raise ArmError(409, "SkuNotAvailable", message)


def _brief(size: Size) -> Json:
    return {
        "name": size.name,
        "numberOfCores": size.cores,
        "osDiskSizeInMB": 1047552,
        "resourceDiskSizeInMB": size.temporary,
        "memoryInMB": int(size.memory * 1024),
        "maxDataDiskCount": size.disks,
    }


def list_sizes(_account: LocalAccount, _call: Call) -> Answer:
    """https://learn.microsoft.com/en-us/rest/api/compute/virtual-machine-sizes/list"""
    return Answer(200, {"value": [_brief(size) for size in _ALL]})


def _skus(account: LocalAccount, call: Call) -> Answer:
    """The one filter that there is: "location eq 'x'"."""
    condition = call.query.get("$filter", f"location eq '{account.location}'")
    if condition.replace(" ", "").lower() != f"locationeq'{account.location}'":
        return Answer(200, {"value": []})
    restricted = {name.lower() for name in account.switches.restricted_sizes}
    told = [_sku(account.location, size, size.name.lower() in restricted) for size in _ALL]
    return Answer(200, {"value": told})


def _sku(location: str, size: Size, restricted: bool) -> Json:
    place = {"location": location, "zones": list(ZONES), "zoneDetails": []}
    restriction = {
        "type": "Location",
        "values": [location],
        "restrictionInfo": {"locations": [location]},
        "reasonCode": "NotAvailableForSubscription",
    }
    return {
        "resourceType": "virtualMachines",
        "name": size.name,
        "tier": "Standard",
        "size": size.name.partition("_")[2],
        "family": size.family,
        "locations": [location],
        "locationInfo": [place],
        "capabilities": [{"name": n, "value": v} for n, v in size.capabilities().items()],
        "restrictions": [restriction] if restricted else [],
    }


_PLACE = "/subscriptions/{sub}/providers/Microsoft.Compute/locations/{location}/vmSizes"
ROUTES = [
    Route(
        "GET", "/subscriptions/{sub}/providers/Microsoft.Compute/skus", "ResourceSkus_List", _skus
    ),
    Route("GET", _PLACE, "VirtualMachineSizes_List", list_sizes),
]
