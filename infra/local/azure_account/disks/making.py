"""Disks, whoever makes them: a call on disks, or the creation of a VM."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from ..store import Resource
from ..wire import ArmError, Json
from .vhd import FOOTER, footer

if TYPE_CHECKING:
    from ..account import LocalAccount

DISK = "Microsoft.Compute/disks"
SNAPSHOT = "Microsoft.Compute/snapshots"
IMAGE = "Microsoft.Compute/images"
GIB = 1024**3
# https://learn.microsoft.com/en-us/azure/virtual-machines/disks-types: (IOPS, MB/s) at 128 GiB,
# largest size in GiB, and whether a disk must name its zone where there are zones.
SKUS = {
    "Standard_LRS": (500, 60, 32767, False),
    "StandardSSD_LRS": (500, 100, 32767, False),
    "Premium_LRS": (500, 100, 32767, False),
    "StandardSSD_ZRS": (500, 100, 32767, False),
    "Premium_ZRS": (500, 100, 32767, False),
    "PremiumV2_LRS": (3000, 125, 65536, True),
    "UltraSSD_LRS": (640, 8, 65536, True),
}


def sku_of(name: str | None, zones: list[str] | None, *, os_disk: bool = False) -> str:
    """https://learn.microsoft.com/en-us/azure/virtual-machines/disks-deploy-premium-v2"""
    told = next((sku for sku in SKUS if sku.lower() == str(name).lower()), None)
    if told is None:
        raise ArmError(400, "InvalidParameter", f"SKU name '{name}' is not valid.", "sku.name")
    if SKUS[told][3] and (os_disk or not zones):
        message = f"Disks with the SKU {told} need a zone and cannot be OS disks."
        raise ArmError(400, "InvalidParameter", message, "zones")
    return told


def check_size(size: object, sku: str, *, least: int = 1) -> int:
    """A whole number of GiB. Raises ArmError InvalidParameter."""
    most = SKUS[sku][2] if sku in SKUS else 65536
    if not isinstance(size, int) or not least <= size <= most:
        message = (
            f"Disk size {size} GB is not valid: it must be at least {least} and at most {most}."
        )
        raise ArmError(400, "InvalidParameter", message, "disk.diskSizeGB")
    return size


def make_content(account: LocalAccount, size: int, source: str | None = None) -> str:
    """The key of new bytes: ``size`` bytes and a footer, filled from the content ``source``."""
    key = str(uuid4())
    if source:
        account.contents.copy(source, key)
    set_size(account, key, size)
    return key


def set_size(account: LocalAccount, key: str, size: int) -> None:
    """The footer moves with the end."""
    account.contents.make(key, 0)
    before = account.contents.size(key) - FOOTER
    if before != size:
        if before > 0:
            account.contents.write(key, before, bytes(FOOTER))
        account.contents.resize(key, size + FOOTER)
        account.contents.write(key, size, footer(size))


def fill(account: LocalAccount, disk: Resource, sku: str, size: int, creation: Json) -> None:
    """The properties that every disk has. ``size`` in GiB."""
    iops, throughput, _, _ = SKUS[sku]
    disk.top["sku"] = {"name": sku, "tier": sku.partition("_")[0].replace("SSD", "")}
    disk.properties |= {
        "creationData": creation,
        "diskSizeGB": size,
        "diskSizeBytes": size * GIB,
        "diskIOPSReadWrite": iops,
        "diskMBpsReadWrite": throughput,
        "encryption": {"type": "EncryptionAtRestWithPlatformKey"},
        "networkAccessPolicy": "AllowAll",
        "publicNetworkAccess": "Enabled",
        "timeCreated": account.timestamp(),
        "uniqueId": str(uuid4()),
    }


def machine_of(account: LocalAccount, disk: Resource) -> Resource | None:
    """The VM that has the disk, by ``managedBy``."""
    return account.store.get(disk.top.get("managedBy", ""))
