"""A subnet as a libvirt network (https://libvirt.org/formatnetwork.html)."""

from __future__ import annotations

import ipaddress
import xml.etree.ElementTree as ET

from novacron.errors import InvalidSpec, Unsupported
from novacron.models.network import NetworkSpec
from novacron.providers.libvirt.ownership import Owned, metadata


def subnet_id(network_id: str, index: int) -> str:
    return f"{network_id}-{index}"


def check(spec: NetworkSpec) -> None:
    """InvalidSpec, Unsupported: what libvirt could not make, before anything is made."""
    whole = ipaddress.ip_network(spec.cidr)
    for index, subnet in enumerate(spec.subnets):
        part = ipaddress.ip_network(subnet.cidr)
        field = f"subnets.{index}.cidr"
        if part.version != 4 or whole.version != 4:
            raise Unsupported("Subnets on libvirt are IPv4.", field=field)
        if not part.subnet_of(whole):
            raise InvalidSpec(f"{subnet.cidr} is not in {spec.cidr}.", field=field)
        if part.num_addresses < 8:
            raise InvalidSpec("A subnet has at least 8 addresses.", field=field)


def network_xml(spec: NetworkSpec, network_id: str, index: int, record: Owned) -> str:
    """Outbound through the host's address, as a cloud's NAT; DHCP for the guests."""
    addresses = ipaddress.ip_network(spec.subnets[index].cidr)
    root = ET.Element("network")
    ET.SubElement(root, "name").text = subnet_id(network_id, index)
    ET.SubElement(root, "metadata").append(metadata(record))
    ET.SubElement(root, "forward", mode="nat")
    # The kernel takes 15 characters.
    ET.SubElement(root, "bridge", name=f"nc{network_id[-9:]}{index:x}", stp="on", delay="0")
    gateway, last = addresses[1], addresses[-2]
    ip = ET.SubElement(root, "ip", address=str(gateway), prefix=str(addresses.prefixlen))
    dhcp = ET.SubElement(ip, "dhcp")
    ET.SubElement(dhcp, "range", start=str(addresses[2]), end=str(last))
    return ET.tostring(root, encoding="unicode")
