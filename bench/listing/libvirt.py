"""libvirt's own test driver: real libvirt calls on domains that are in this process's memory.

https://libvirt.org/drvtest.html. What a call to another host costs is not in it.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.listing.subject import OWNER, VMS, Subject, Way
from novacron.providers.libvirt.ownership import Owned, metadata
from novacron.providers.libvirt.provider import LibvirtProvider

PAGE = 1000
"""Of ours. libvirt itself lists all domains in one call."""
URI = "test:///default"


@contextmanager
def opened(_folder: Path) -> Iterator[Subject]:
    import libvirt

    connection = libvirt.open(URI)  # the domains live as long as one connection does
    try:
        _fill(connection)
        provider = LibvirtProvider.from_settings({"uri": URI}, {})
        others: dict[str, Way | str] = {"Apache Libcloud (runs arp for each)": _libcloud()}
        yield Subject("libvirt", provider, PAGE, lambda: _raw(connection), others)
    finally:
        connection.close()


def _fill(connection: Any) -> None:
    for domain in connection.listAllDomains():  # the driver comes with one
        domain.destroy()
        domain.undefine()
    now = datetime.now(UTC)
    for number in range(VMS):
        record = Owned(
            name=f"vm-{number}",
            digest="none",
            tenant=OWNER.tenant,
            operation=f"{OWNER.operation}-{number}",
            created_at=now,
            started_at=now,
        )
        domain = connection.defineXML(_document(record))
        if number % 2:
            domain.create()


def _document(record: Owned) -> str:
    root = ET.Element("domain", type="test")
    for name, text in {"name": record.name, "memory": "262144", "vcpu": "1"}.items():
        ET.SubElement(root, name).text = text
    ET.SubElement(ET.SubElement(root, "os"), "type").text = "hvm"
    ET.SubElement(root, "metadata").append(metadata(record))
    return ET.tostring(root, encoding="unicode")


def _raw(connection: Any) -> int:
    """The calls that tell what ours does, their XML read, and nothing made of it."""
    import libvirt

    count = 0
    for domain in connection.listAllDomains():
        ET.fromstring(domain.XMLDesc())
        domain.UUIDString(), domain.state()
        if domain.isActive():
            domain.interfaceAddresses(libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE)
        count += 1
    return count


def _libcloud() -> Way:
    from libcloud.compute.drivers.libvirt_driver import LibvirtNodeDriver

    driver = LibvirtNodeDriver(URI)
    return lambda: len(driver.list_nodes())
