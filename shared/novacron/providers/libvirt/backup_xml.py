"""Checkpoints and pull-mode backups as libvirt writes them.

https://libvirt.org/formatbackup.html, https://libvirt.org/formatcheckpoint.html
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any

import libvirt

from novacron.providers.libvirt import records

BITMAP = "changed"
"""How the changes since the checkpoint are named in the NBD export."""
SOCKET = ".sock"


@dataclass(frozen=True)
class Source:
    """A VM's disk. ``device``: its name in the VM. ``tracked``: its format keeps bitmaps."""

    device: str
    path: str
    tracked: bool

    @property
    def volume_id(self) -> str:
        return self.path.rpartition("/")[2].removesuffix(records.DISK)


def sources(domain: Any) -> list[Source]:
    """The disks that a copy of the VM needs: none that it only reads, as a seed."""
    found = []
    for disk in ET.fromstring(domain.XMLDesc()).findall("devices/disk[@device='disk']"):  # noqa: S314
        source, target, driver = disk.find("source"), disk.find("target"), disk.find("driver")
        path = None if source is None else source.get("file") or source.get("dev")
        if target is not None and path and disk.find("readonly") is None:
            tracked = driver is not None and driver.get("type") == "qcow2"
            found.append(Source(target.get("dev", ""), path, tracked))
    return found


def backup_xml(export_id: str, disks: list[Source], since: dict[str, str], folder: str) -> str:
    """``since``: device -> the checkpoint that its changes are told against. In ``folder`` are
    the socket and, until the job ends, what the guest overwrites meanwhile."""
    root = ET.Element("domainbackup", mode="pull")
    socket = f"{folder}/{export_id}{SOCKET}"
    ET.SubElement(root, "server", transport="unix", socket=socket)
    listed = ET.SubElement(root, "disks")
    for disk in disks:
        one = ET.SubElement(listed, "disk", name=disk.device, backup="yes", type="file")
        one.set("exportname", export_name(export_id, disk.device))
        one.set("backupmode", "incremental" if disk.device in since else "full")
        if disk.device in since:
            one.set("incremental", since[disk.device])
            one.set("exportbitmap", BITMAP)
        ET.SubElement(one, "scratch", file=f"{folder}/{export_id}.{disk.device}")
    return ET.tostring(root, encoding="unicode")


def checkpoint_xml(export_id: str, disks: list[Source]) -> str | None:
    """None: there is no disk that keeps one."""
    if not any(disk.tracked for disk in disks):
        return None
    root = ET.Element("domaincheckpoint")
    ET.SubElement(root, "name").text = export_id
    listed = ET.SubElement(root, "disks")
    for disk in disks:
        kind = "bitmap" if disk.tracked else "no"
        ET.SubElement(listed, "disk", name=disk.device, checkpoint=kind)
    return ET.tostring(root, encoding="unicode")


def export_name(export_id: str, device: str) -> str:
    return f"{export_id}-{device}"


def socket_of(job: ET.Element) -> str:
    return next(server.get("socket", "") for server in job.findall("server"))


def backup_of(domain: Any) -> ET.Element | None:
    """The backup job that the domain has now; None also when it is not running."""
    try:
        return ET.fromstring(domain.backupGetXMLDesc())  # noqa: S314
    except libvirt.libvirtError as error:
        if error.get_error_code() in (
            libvirt.VIR_ERR_NO_DOMAIN_BACKUP,
            libvirt.VIR_ERR_OPERATION_INVALID,
        ):
            return None
        raise


def is_of(job: ET.Element, export_id: str) -> bool:
    names = (disk.get("exportname", "") for disk in job.findall("disks/disk"))
    return any(name.startswith(f"{export_id}-") for name in names)


def checkpoint(domain: Any, name: str) -> Any | None:
    try:
        return domain.checkpointLookupByName(name)
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN_CHECKPOINT:
            return None
        raise


def tracked_in(found: Any) -> set[str]:
    """Devices whose changes since a checkpoint are known."""
    disks = ET.fromstring(found.getXMLDesc()).findall("disks/disk[@checkpoint='bitmap']")  # noqa: S314
    return {disk.get("name", "") for disk in disks}
