"""The PUT that makes a VM with all its parts, as a pure function of what is wanted.

https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/create-or-update
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from novacron.errors import InvalidSpec
from novacron.mapping.volumes import native_volume
from novacron.mapping.volumes_azure import ZONAL
from novacron.models.account import ProviderType
from novacron.models.base import Ownership
from novacron.models.vm import DiskSpec, VmSpec
from novacron.models.volume import VolumeClass
from novacron.providers.azure.ownership import Json, tags_for

USER = "novacron"
"""cloud-init gives it the keys; Azure refuses "root", "admin" and the like."""
NETWORK_API = "2022-11-01"
"""The version that interface configurations inside a VM's PUT are read by:
https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/create-or-update#networkapiversion"""
MOST_DISKS = 64


@dataclass(frozen=True)
class Launch:
    """What was found out for a request: ARM's own names and references."""

    name: str
    image: Json | None
    instance_type: str
    subnet: Json
    group: Json | None = None


def put_request(spec: VmSpec, owner: Ownership, launch: Launch) -> Json:
    """Raises InvalidSpec for a disk, key or tag that Azure cannot take."""
    storage = {
        "imageReference": launch.image,
        "osDisk": _os_disk(spec, launch),
        "dataDisks": [_disk(spec, n, disk, launch) for n, disk in enumerate(spec.disks)],
    }
    body = machine(spec, launch, tags_for(spec.name, spec.tags, owner, spec), storage)
    properties = body["properties"]
    properties["osProfile"] = _os_profile(spec)
    if spec.spot:
        # -1: never evicted for its price. An evicted VM that was only deallocated would go on
        # to pay for its disks.
        properties["priority"] = "Spot"
        properties["evictionPolicy"] = "Delete"
        properties["billingProfile"] = {"maxPrice": -1}
    return body


def machine(spec: VmSpec, launch: Launch, tags: dict[str, str], storage: Json) -> Json:
    """What the PUT says of any VM, wherever its disks come from."""
    properties: Json = {
        "hardwareProfile": {"vmSize": launch.instance_type},
        "storageProfile": storage,
        "networkProfile": {
            "networkApiVersion": NETWORK_API,
            "networkInterfaceConfigurations": [_interface(spec, launch, tags)],
        },
        # In an account of Azure's own: nothing of ours to make, pay for or delete.
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
    }
    body: Json = {"location": spec.region, "tags": tags, "properties": properties}
    if spec.zone:
        body["zones"] = [spec.zone]
    return body


def _os_disk(spec: VmSpec, launch: Launch) -> Json:
    kind = native_volume(ProviderType.AZURE, VolumeClass.BALANCED, spec.root_disk_gib or 1)
    disk: Json = {
        "name": f"{launch.name}-os",
        "createOption": "FromImage",
        "deleteOption": "Delete",
        "caching": "ReadWrite",
        "managedDisk": {"storageAccountType": kind.type},
    }
    if spec.root_disk_gib:
        disk["diskSizeGB"] = spec.root_disk_gib
    return disk


def _disk(spec: VmSpec, number: int, wanted: DiskSpec, launch: Launch) -> Json:
    if number >= MOST_DISKS:
        raise InvalidSpec(f"An Azure VM takes {MOST_DISKS} disks.", field=f"disks.{number}")
    kind = native_volume(ProviderType.AZURE, wanted.volume_class, wanted.size_gib)
    if kind.type in ZONAL and not spec.zone:
        raise InvalidSpec(
            f"Disks of class {wanted.volume_class.value} are in a zone; the VM names none.",
            field=f"disks.{number}.volume_class",
            remedy="Give the VM a zone.",
        )
    return {
        "lun": number,
        "name": f"{launch.name}-{number}",
        "createOption": "Empty",
        "deleteOption": "Delete",
        "caching": "None",
        "diskSizeGB": wanted.size_gib,
        "managedDisk": {"storageAccountType": kind.type},
    }


def _os_profile(spec: VmSpec) -> Json:
    keys = [*spec.ssh_keys] or [_nobodys_key()]
    path = f"/home/{USER}/.ssh/authorized_keys"
    profile: Json = {
        "computerName": spec.name,
        "adminUsername": USER,
        "linuxConfiguration": {
            "disablePasswordAuthentication": True,
            "ssh": {"publicKeys": [{"path": path, "keyData": key} for key in keys]},
        },
    }
    if spec.user_data:
        profile["customData"] = b64encode(spec.user_data.encode()).decode()
    return profile


def _nobodys_key() -> str:
    """A public key whose private half is thrown away: Azure makes no Linux VM without a key or
    a password, and a VM that nobody asked to log in to should let nobody in.
    https://learn.microsoft.com/en-us/azure/virtual-machines/linux/faq"""
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    # RSA, as not every image and API version takes ed25519:
    # https://learn.microsoft.com/en-us/azure/virtual-machines/linux/mac-create-ssh-keys
    public = generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def _interface(spec: VmSpec, launch: Launch, tags: dict[str, str]) -> Json:
    address: dict[str, Any] = {"subnet": launch.subnet, "primary": True}
    if spec.public_ip:
        # Basic addresses are retired; Standard ones are static and closed without a group:
        # https://learn.microsoft.com/en-us/azure/virtual-network/ip-services/public-ip-addresses
        address["publicIPAddressConfiguration"] = {
            "name": f"{launch.name}-ip",
            "sku": {"name": "Standard"},
            "tags": tags,
            "properties": {
                "deleteOption": "Delete",
                "publicIPAllocationMethod": "Static",
            },
        }
    properties: Json = {
        "primary": True,
        "deleteOption": "Delete",
        "ipConfigurations": [{"name": "primary", "properties": address}],
    }
    if launch.group is not None:
        properties["networkSecurityGroup"] = launch.group
    return {"name": f"{launch.name}-nic", "tags": tags, "properties": properties}
