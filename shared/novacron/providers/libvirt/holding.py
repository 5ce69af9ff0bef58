"""A stopped VM that runs no instruction, started so that its disks can be looked at.

libvirt makes backups of active domains alone. Such a one is marked in its own metadata: to callers
it is stopped, and whoever starts it takes the mark away.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import libvirt

NAMESPACE = "urn:novacron:held:1"
_ELEMENT = libvirt.VIR_DOMAIN_METADATA_ELEMENT
_CONFIG = libvirt.VIR_DOMAIN_AFFECT_CONFIG
_LIVE = libvirt.VIR_DOMAIN_AFFECT_LIVE


def hold(domain: Any) -> None:
    """Does nothing to one that is active. Marked first: a crash leaves none that looks fenced."""
    if not domain.isActive():
        domain.setMetadata(_ELEMENT, "<held/>", "held", NAMESPACE, _CONFIG)
        domain.createWithFlags(libvirt.VIR_DOMAIN_START_PAUSED)


def is_held(domain: Any) -> bool:
    return domain.state()[0] == libvirt.VIR_DOMAIN_PAUSED and says_held(
        ET.fromstring(domain.XMLDesc())  # noqa: S314
    )


def says_held(document: ET.Element) -> bool:
    return document.find(f"metadata/{{{NAMESPACE}}}held") is not None


def let_go(domain: Any) -> None:
    """Stop it again, if it is held."""
    if is_held(domain):
        domain.destroy()
    unmark(domain)


def unmark(domain: Any) -> None:
    for flag in (_CONFIG, _LIVE) if domain.isActive() else (_CONFIG,):
        try:
            domain.setMetadata(_ELEMENT, None, None, NAMESPACE, flag)
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN_METADATA:
                raise
