"""Drivers of every target in the initramfs of every kernel, by the guest's own tool."""

from __future__ import annotations

from novacron.errors import Unsupported
from novacron.migration.guest.model import Action, Change, Facts
from novacron.migration.guest.targets import drivers
from novacron.migration.guest.text import with_block
from novacron.migration.guest.tree import Tree, encode

REBUILD: dict[str, list[str]] = {
    "initramfs-tools": ["update-initramfs", "-u", "-k", "all"],
    "dracut": ["dracut", "--force", "--regenerate-all"],
    "mkinitcpio": ["mkinitcpio", "-P"],
}
ELSEWHERE: dict[str, list[str]] = {
    "initramfs-tools": [],
    "dracut": ["--no-hostonly"],
    "mkinitcpio": ["-S", "autodetect"],
}
"""On another machine, what that machine has must not decide what the guest gets."""


def rebuild(tool: str, *, elsewhere: bool) -> list[str]:
    return REBUILD[tool] + (ELSEWHERE[tool] if elsewhere else [])


def actions(tree: Tree, facts: Facts) -> list[Action]:
    have = {name for kernel in facts.kernels for name in kernel.drivers}
    wanted = [name for name in drivers() if name in have]
    if facts.initramfs is None or not wanted:
        return []
    why = "The root's disk cannot be found without its driver, and the source may not need it."
    changes = _changes(tree, facts.initramfs, wanted)
    return [Action("initramfs drivers", why, changes, rebuild=True)]


def _changes(tree: Tree, tool: str, wanted: list[str]) -> tuple[Change, ...]:
    words = " ".join(wanted)
    if tool == "initramfs-tools":
        # A hook adds modules without loading them where there is no such device
        # (https://manpages.debian.org/bookworm/initramfs-tools-core/initramfs-tools.7.en.html).
        hook = (
            '#!/bin/sh\n[ "$1" = prereqs ] && exit 0\n. /usr/share/initramfs-tools/hook-functions\n'
        )
        hook += f"manual_add_modules {words}\n"
        # "dep" asks the machine that builds it which drivers the root needs.
        most = Change("etc/initramfs-tools/conf.d/novacron", b"MODULES=most\n")
        return (Change("etc/initramfs-tools/hooks/novacron", encode(hook), 0o755), most)
    if tool == "dracut":
        line = f'add_drivers+=" {words} "\n'
        return (Change("etc/dracut.conf.d/90-novacron.conf", encode(line)),)
    if tool == "mkinitcpio":
        # A question mark: no error in a kernel that lacks it.
        line = f"MODULES+=({' '.join(f'{name}?' for name in wanted)})\n"
        path = "etc/mkinitcpio.conf"
        return (Change(path, encode(with_block(tree.read(path), line))),)
    raise Unsupported(f"Drivers cannot be added with {tool}.")
