"""Edits that can be repeated: a block of our own, kernel command lines."""

from __future__ import annotations

import re

BEGIN, END = "# novacron begin", "# novacron end"
CONSOLE = "console=tty0 console=ttyS0,115200n8"
"""The last one becomes /dev/console
(https://docs.kernel.org/admin-guide/serial-console.html)."""
SERIAL = re.compile(r"\bconsole=ttyS0\b")

_BLOCK = re.compile(rf"^{BEGIN}\n.*?^{END}\n", re.MULTILINE | re.DOTALL)
_DEVICE = re.compile(r"\b(root|resume)=(/dev/[^\s\"']+)")
_ENTRIES = (
    re.compile(r"^(\s*linux(?:16|efi)?\s+\S+\s)(.*)$"),  # grub.cfg
    re.compile(
        r"^(options\s+)(.*)$"
    ),  # https://uapi-group.org/specifications/specs/boot_loader_specification/
    re.compile(r"^(\s*append\s+)(.*)$", re.IGNORECASE),  # syslinux
)


def with_block(text: str, body: str) -> str:
    """``text`` with our block at its end, instead of one from before."""
    kept = _BLOCK.sub("", text)
    if kept and not kept.endswith("\n"):
        kept += "\n"
    return f"{kept}{BEGIN}\n{body}{END}\n"


def without_block(text: str) -> str:
    return _BLOCK.sub("", text)


def boot_entries(text: str, devices: dict[str, str]) -> str:
    """Each entry's command line: devices by UUID, and a serial console."""
    return "".join(_entry(line, devices) for line in text.splitlines(keepends=True))


def _entry(line: str, devices: dict[str, str]) -> str:
    ending = line[len(line.rstrip("\r\n")) :]
    for pattern in _ENTRIES:
        found = pattern.match(line.rstrip("\r\n"))
        if found and ("root=" in found[2] or "$kernelopts" in found[2]):
            return found[1] + command_line(found[2], devices) + ending
    return line


def command_line(words: str, devices: dict[str, str]) -> str:
    """``root=/dev/vda1`` as ``root=UUID=...`` where its UUID is known."""

    def by_uuid(found: re.Match[str]) -> str:
        uuid = devices.get(found[2])
        return f"{found[1]}=UUID={uuid}" if uuid else found[0]

    told = _DEVICE.sub(by_uuid, words)
    return told if SERIAL.search(told) else f"{told.rstrip()} {CONSOLE}"
