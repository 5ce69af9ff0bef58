"""The domain that a request becomes."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from novacron.errors import Conflict, Unsupported
from novacron.models.base import Ownership
from novacron.models.vm import VmSpec
from novacron.providers.libvirt.base import disk_paths
from novacron.providers.libvirt.domain_xml import (
    Parts,
    device_name,
    domain_xml,
    free_device,
    set_size,
)
from novacron.providers.libvirt.ownership import owned, read_metadata

UUID = "11111111-2222-3333-4444-555555555555"
OWNER = Ownership(tenant="acme", operation="op-1")


def made(parts: dict[str, Any] | None = None, **spec: Any) -> ET.Element:
    wanted = VmSpec.model_validate({"name": "web", "region": "onprem", "image": "i", **spec})
    given = {
        "uuid": UUID,
        "record": owned(wanted, OWNER),
        "disks": ["/pool/vol-1.qcow2", "/pool/vol-2.qcow2"],
        "seed": None,
        "console": f"/pool/{UUID}.log",
        "network": None,
        "firewall": None,
        "accelerator": "qemu",
        **(parts or {}),
    }
    return ET.fromstring(domain_xml(wanted, Parts(**given)))


def test_size_disks_and_owner() -> None:
    root = made(vcpus=3, memory_mib=768)
    assert (root.findtext("vcpu"), root.findtext("memory")) == ("3", "768")
    assert [one.get("dev") for one in root.findall("devices/disk/target")] == ["vda", "vdb"]
    record = read_metadata(root)
    assert record is not None
    assert (record.tenant, record.operation, record.name) == ("acme", "op-1", "web")


def test_a_seed_is_a_read_only_cd_and_no_disk_of_the_vm() -> None:
    root = made({"seed": "/pool/vol-1.iso"})
    [disc] = root.findall("devices/disk[@device='cdrom']")
    assert disc.find("readonly") is not None
    assert "/pool/vol-1.iso" not in disk_paths(root)
    assert free_device(root) == "vdc"


def test_markup_in_values_stays_a_value() -> None:
    root = made(tags={"note": "</metadata><devices/> & 'more'"})
    record = read_metadata(root)
    assert record is not None
    assert record.tags["note"] == "</metadata><devices/> & 'more'"
    assert len(root.findall("devices")) == 1


def test_networks_and_firewalls() -> None:
    [behind] = made().findall("devices/interface")
    assert behind.get("type") == "user"
    [card] = made({"network": "net-1-0", "firewall": "net-1"}).findall("devices/interface")
    source, rules = card.find("source"), card.find("filterref")
    assert source is not None
    assert rules is not None
    assert (source.get("network"), rules.get("filter")) == ("net-1-0", "net-1")


def test_a_size_is_replaced_whole() -> None:
    root = made(vcpus=1)
    ET.SubElement(root, "currentMemory", unit="KiB").text = "1"
    set_size(root, 4, 2048)
    assert [one.text for one in root.findall("vcpu")] == ["4"]
    assert [one.text for one in root.findall("memory")] == ["2048"]
    assert root.find("currentMemory") is None


def test_what_cannot_be_made_is_refused() -> None:
    with pytest.raises(Unsupported) as refused:
        made(architecture="arm64")
    assert refused.value.field == "architecture"
    with pytest.raises(Conflict):
        device_name(26)
