"""DHCP on a NIC that no configuration of the source speaks of, whatever its name.

What is there stays: it is bound to names or MAC addresses that the source alone has, so that it
works there and does nothing at the target.
"""

from __future__ import annotations

import re

from novacron.migration.guest.model import Action, Change, Facts, Finding, Severity
from novacron.migration.guest.text import with_block, without_block
from novacron.migration.guest.tree import Tree, encode

NETWORKD = "etc/systemd/network/99-novacron-dhcp.network"
PROFILE = "etc/NetworkManager/system-connections/novacron-dhcp.nmconnection"
INTERFACES = "etc/network/interfaces"
MAPPING = "etc/network/novacron-mapping"
WICKED = ("eth0", "ens3", "ens4", "ens5", "enp1s0")
"""wicked knows no patterns: names that first NICs have at the targets."""
_STATIC = (
    ("etc/netplan", "*.yaml", r"^\s+addresses:", r"macaddress:"),
    ("etc/network", "interfaces", r"\binet static\b", r"/mac/"),
    ("etc/NetworkManager/system-connections", "*", r"^method=manual", r"^mac-address="),
    ("etc/sysconfig/network-scripts", "ifcfg-*", r"^IPADDR", r"^HWADDR="),
    ("etc/sysconfig/network", "ifcfg-*", r"^IPADDR=['\"]?[0-9]", r"^LLADDR="),
)


def actions(tree: Tree, facts: Facts) -> list[Action]:
    changes: list[Change] = []
    if "networkd" in facts.network:
        # The first file that matches holds, and netplan's begin with 10.
        text = "[Match]\nName=en* eth*\n\n[Network]\nDHCP=yes\n"
        changes.append(Change(NETWORKD, text.encode()))
    if "NetworkManager" in facts.network:
        changes.append(Change(PROFILE, _profile().encode(), 0o600))
    if "ifupdown" in facts.network and tree.is_file(INTERFACES):
        changes += _ifupdown(tree)
    if "wicked" in facts.network and "NetworkManager" not in facts.network:
        changes += [
            Change(path, b"BOOTPROTO='dhcp'\nSTARTMODE='hotplug'\n")
            for path in (f"etc/sysconfig/network/ifcfg-{name}" for name in WICKED)
            if not tree.is_file(path)
        ]
    why = "The NIC there has another name and MAC address, and gets its address by DHCP."
    return [Action("dhcp", why, tuple(changes))]


def findings(tree: Tree, facts: Facts) -> list[Finding]:
    told = []
    if not facts.network:
        detail = "None of netplan, networkd, NetworkManager, ifupdown and wicked was found."
        remedy = "See to it that any NIC gets an address by DHCP."
        told.append(Finding("network-unknown", Severity.WARNING, detail, remedy))
    if facts.bound_to_mac:
        detail = f"Bound to MAC addresses of the source: {', '.join(facts.bound_to_mac)}."
        told.append(
            Finding("bound-to-mac", Severity.INFO, detail, "Nothing: another NIC uses DHCP.")
        )
    fixed = [
        path
        for folder, pattern, static, bound in _STATIC
        for path in tree.names(folder, pattern)
        if re.search(static, tree.read(path), re.MULTILINE)
        and not re.search(bound, tree.read(path), re.MULTILINE)
    ]
    if fixed:
        detail = (
            f"A fixed address by the NIC's name: {', '.join(fixed)}. It holds at the target as "
        )
        detail += "well if a NIC has that name there."
        remedy = "Bind it to the source's MAC address, or use DHCP at the source."
        told.append(Finding("static-address", Severity.WARNING, detail, remedy))
    return told


def _ifupdown(tree: Tree) -> list[Change]:
    """interfaces(5): a mapping turns the name of a NIC without a stanza into ``novacron``."""
    text = tree.read(INTERFACES)
    listed = [INTERFACES, *tree.names("etc/network/interfaces.d")]
    stanzas = "\n".join(without_block(tree.read(path)) for path in listed)
    known = sorted(set(re.findall(r"^\s*iface\s+(\S+)", stanzas, re.MULTILINE)))
    block = "allow-hotplug /en* /eth*\nmapping en* eth*\n"
    block += f"    script /{MAPPING}\n" + "".join(f"    map {name}\n" for name in known)
    block += "iface novacron inet dhcp\n"
    script = '#!/bin/sh\nwhile read -r name; do\n  [ "$name" = "$1" ] && echo "$1" && exit\ndone\n'
    return [
        Change(MAPPING, f"{script}echo novacron\n".encode(), 0o755),
        Change(INTERFACES, encode(with_block(text, block))),
    ]


def _profile() -> str:
    """Any ethernet NIC that no other profile wants; more than one at a time
    (https://networkmanager.dev/docs/api/latest/nm-settings-nmcli.html)."""
    return (
        "[connection]\nid=novacron-dhcp\nuuid=6d7a2f0e-53a4-4c1b-9e43-1d2b7c0a9f51\ntype=ethernet\n"
        "autoconnect-priority=-999\nmulti-connect=3\n\n"
        "[ipv4]\nmethod=auto\n\n[ipv6]\nmethod=auto\n"
    )
