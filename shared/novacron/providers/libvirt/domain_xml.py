"""A VM's request as a libvirt domain (https://libvirt.org/formatdomain.html)."""

from __future__ import annotations

import string
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from novacron.errors import Conflict, Unsupported
from novacron.models.image import BootMode
from novacron.models.transfer import AssembleSpec
from novacron.models.vm import Architecture, VmSpec
from novacron.providers.libvirt.ownership import Owned, metadata

UEFI_MACHINE = "q35"
"""OVMF's images are made for it (https://libvirt.org/kbase/secureboot.html)."""


@dataclass(frozen=True)
class Parts:
    """What was made for the domain. ``network`` None: outbound only, behind the host's address."""

    uuid: str
    record: Owned
    disks: list[str]
    seed: str | None
    console: str
    network: str | None
    firewall: str | None
    accelerator: str
    boot_mode: BootMode = BootMode.BIOS


def domain_xml(spec: VmSpec | AssembleSpec, parts: Parts) -> str:
    """Unsupported: another architecture than x86_64."""
    if spec.architecture is not Architecture.X86_64:
        raise Unsupported("libvirt hosts here run x86_64 only.", field="architecture")
    root = ET.Element("domain", type=parts.accelerator)
    ET.SubElement(root, "name").text = f"{spec.name}-{parts.uuid[:8]}"
    ET.SubElement(root, "uuid").text = parts.uuid
    ET.SubElement(root, "metadata").append(metadata(parts.record))
    set_size(root, spec.vcpus, spec.memory_mib)
    system = ET.SubElement(root, "os")
    # i440fx: virtio disks are plugged without ports that had to be reserved before.
    machine = "pc"
    if parts.boot_mode is BootMode.UEFI:
        machine = UEFI_MACHINE
        system.set("firmware", "efi")
        secure = ET.SubElement(ET.SubElement(system, "firmware"), "feature")
        secure.attrib.update(enabled="no", name="secure-boot")
    ET.SubElement(system, "type", arch="x86_64", machine=machine).text = "hvm"
    features = ET.SubElement(root, "features")
    ET.SubElement(features, "acpi")
    ET.SubElement(features, "apic")
    if parts.accelerator == "kvm":
        ET.SubElement(root, "cpu", mode="host-model")
    for event, action in (("poweroff", "destroy"), ("reboot", "restart"), ("crash", "destroy")):
        ET.SubElement(root, f"on_{event}").text = action
    devices = ET.SubElement(root, "devices")
    for index, path in enumerate(parts.disks):
        devices.append(disk_xml(path, device_name(index)))
    if parts.seed is not None:
        devices.append(_seed_xml(parts.seed))
    devices.append(_interface(parts))
    serial = ET.SubElement(devices, "serial", type="file")
    ET.SubElement(serial, "source", path=parts.console, append="on")
    channel = ET.SubElement(devices, "channel", type="unix")
    ET.SubElement(channel, "target", type="virtio", name="org.qemu.guest_agent.0")
    rng = ET.SubElement(devices, "rng", model="virtio")
    ET.SubElement(rng, "backend", model="random").text = "/dev/urandom"
    return ET.tostring(root, encoding="unicode")


def set_size(root: ET.Element, vcpus: int, memory_mib: int) -> None:
    """Write the size into a new or an existing domain."""
    for tag in ("memory", "currentMemory", "vcpu"):
        for old in root.findall(tag):
            root.remove(old)
    ET.SubElement(root, "memory", unit="MiB").text = str(memory_mib)
    ET.SubElement(root, "vcpu").text = str(vcpus)


def disk_xml(path: str, device: str) -> ET.Element:
    disk = ET.Element("disk", type="file", device="disk")
    ET.SubElement(disk, "driver", name="qemu", type="qcow2", discard="unmap")
    ET.SubElement(disk, "source", file=path)
    ET.SubElement(disk, "target", dev=device, bus="virtio")
    return disk


def _seed_xml(path: str) -> ET.Element:
    """IDE: the one bus of this machine type that any guest reads a CD from without a driver."""
    disk = ET.Element("disk", type="file", device="cdrom")
    ET.SubElement(disk, "driver", name="qemu", type="raw")
    ET.SubElement(disk, "source", file=path)
    ET.SubElement(disk, "target", dev="hda", bus="ide")
    ET.SubElement(disk, "readonly")
    return disk


def device_name(index: int) -> str:
    if index >= len(string.ascii_lowercase):
        raise Conflict("A VM here has at most 26 disks.")
    return f"vd{string.ascii_lowercase[index]}"


def free_device(root: ET.Element) -> str:
    taken = {one.get("dev") for one in root.findall("devices/disk/target")}
    names = map(device_name, range(len(string.ascii_lowercase) + 1))
    return next(name for name in names if name not in taken)


def _interface(parts: Parts) -> ET.Element:
    if parts.network is None:
        interface = ET.Element("interface", type="user")
    else:
        interface = ET.Element("interface", type="network")
        ET.SubElement(interface, "source", network=parts.network)
        if parts.firewall is not None:
            ET.SubElement(interface, "filterref", filter=parts.firewall)
    ET.SubElement(interface, "model", type="virtio")
    return interface
