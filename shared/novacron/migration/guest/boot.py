"""Boot loaders: a serial console, the root by UUID, and firmware that remembers nothing."""

from __future__ import annotations

from collections.abc import Iterator

from novacron.migration.guest.model import Action, Change, Facts
from novacron.migration.guest.text import (
    CONSOLE,
    SERIAL,
    boot_entries,
    command_line,
    with_block,
    without_block,
)
from novacron.migration.guest.tree import Tree, encode

ESPS = ("boot/efi", "efi", "boot")
GRUBS = ("boot/grub", "boot/grub2")
SYSLINUX = (
    "boot/syslinux/syslinux.cfg",
    "boot/extlinux/extlinux.conf",
    "boot/extlinux.conf",
    "boot/syslinux.cfg",
)
FALLBACK = "EFI/BOOT/BOOTX64.EFI"
"""What firmware starts that has no boot entries of its own, as every new VM's
(https://uefi.org/specs/UEFI/2.10/03_Boot_Manager.html, 3.5.1.1)."""


def loaders(tree: Tree) -> tuple[str, ...]:
    found = []
    if any(tree.is_dir(f"{grub}/i386-pc") for grub in GRUBS):
        found.append("grub-bios")
    if _efi(tree, "grubx64.efi"):
        found.append("grub-efi")
    if _efi(tree, "systemd-bootx64.efi"):
        found.append("systemd-boot")
    if any(map(tree.is_file, SYSLINUX)):
        found.append("syslinux")
    return tuple(found)


def entries(tree: Tree) -> tuple[str, ...]:
    """Files with kernel command lines that the loader reads itself."""
    listed = [f"{grub}/grub.cfg" for grub in GRUBS] + list(SYSLINUX)
    for base in ESPS:
        listed += tree.names(f"{base}/loader/entries", "*.conf")
    return tuple(path for path in listed if tree.is_file(path))


def actions(tree: Tree, facts: Facts) -> list[Action]:
    """What the loader reads is edited itself: a generator run on another machine would write that
    machine's device names into it. The generator's settings say the same, for the next kernel."""
    told = [
        Action(
            "boot entries",
            "The root's device has another name there, and the console is a serial one.",
            tuple(
                Change(path, encode(boot_entries(tree.read(path), facts.devices)))
                for path in facts.boot_entries
            )
            + tuple(_settings(tree, facts)),
        ),
        Action(
            "boot menu",
            "The loader's menu shows on the serial console as well.",
            tuple(_menu(tree)),
        ),
    ]
    for base in ESPS:
        changes = tuple(_fallback(tree, base))
        if changes:
            why = "The firmware of a new VM has no boot entry: it starts this file alone."
            told.append(Action("efi fallback", why, changes))
    return told


def _settings(tree: Tree, facts: Facts) -> Iterator[Change]:
    path = "etc/default/grub"
    if tree.is_file(path):
        text = tree.read(path)
        if not SERIAL.search(without_block(text)):
            line = f'GRUB_CMDLINE_LINUX="${{GRUB_CMDLINE_LINUX:-}} {CONSOLE}"\n'
            yield Change(path, encode(with_block(text, line)))
    path = "etc/kernel/cmdline"
    if tree.is_file(path):
        words = tree.read(path).strip()
        yield Change(path, encode(command_line(words, facts.devices) + "\n"))


def _menu(tree: Tree) -> Iterator[Change]:
    """``custom.cfg`` is read by every grub.cfg that 41_custom had a part in."""
    for grub in GRUBS:
        if "custom.cfg" not in tree.read(f"{grub}/grub.cfg"):
            continue
        path = f"{grub}/custom.cfg"
        body = "if serial --unit=0 --speed=115200; then\n  terminal_input --append serial\n"
        body += "  terminal_output --append serial\nfi\n"
        yield Change(path, encode(with_block(tree.read(path), body)), 0o600)


def _fallback(tree: Tree, base: str) -> Iterator[Change]:
    """shim starts the grubx64.efi beside it, whose configuration's place is built into it."""
    if not tree.is_dir(f"{base}/EFI") or tree.is_file(f"{base}/{FALLBACK}"):
        return
    folder = f"{base}/EFI/BOOT"
    grubs, shims = _efi(tree, "grubx64.efi", base), _efi(tree, "shimx64.efi", base)
    first = shims or grubs or _efi(tree, "systemd-bootx64.efi", base)
    wanted = [(f"{base}/{FALLBACK}", first)]
    if shims:
        wanted.append((f"{folder}/grubx64.efi", grubs))
    for path, found in wanted:
        content = tree.content(found[0]) if found else None
        if content is not None:
            yield Change(path, content)


def _efi(tree: Tree, name: str, *bases: str) -> list[str]:
    """Where a loader's program is, but for the fallback's own folder."""
    folders = [one for base in bases or ESPS for one in tree.names(f"{base}/EFI")]
    found = [f"{one}/{name}" for one in folders if not one.upper().endswith("/BOOT")]
    return [path for path in found if tree.is_file(path)]
