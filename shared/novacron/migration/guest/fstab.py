"""Mounts by UUID: a disk's device name is the source's alone."""

from __future__ import annotations

import re

from novacron.migration.guest.model import Action, Change, Facts, Finding, Severity
from novacron.migration.guest.tree import Tree, encode

PATH = "etc/fstab"
_DISK = re.compile(
    r"^(\s*)(/dev/(?:sd|vd|xvd|hd|nvme|disk/by-path/|disk/by-id/)\S*)(\s.*)$", re.DOTALL
)


def actions(tree: Tree, facts: Facts) -> list[Action]:
    lines = tree.read(PATH).splitlines(keepends=True)
    told = "".join(_by_uuid(line, facts.devices) for line in lines)
    why = "/dev/sda, vda, xvda and nvme0n1 are one disk at different providers."
    return [Action("fstab", why, (Change(PATH, encode(told)),))] if lines else []


def findings(tree: Tree, facts: Facts) -> list[Finding]:
    left = [
        found[2]
        for found in map(_DISK.match, tree.read(PATH).splitlines())
        if found and found[2] not in facts.devices and "nofail" not in found[3]
    ]
    if not left:
        return []
    return [
        Finding(
            "fstab-device",
            Severity.WARNING,
            f"{', '.join(left)} in /etc/fstab: no UUID is known, so that booting may wait for it.",
            "Name it by UUID, or add nofail.",
        )
    ]


def _by_uuid(line: str, devices: dict[str, str]) -> str:
    found = _DISK.match(line)
    uuid = devices.get(found[2]) if found else None
    return f"{found[1]}UUID={uuid}{found[3]}" if found and uuid else line
