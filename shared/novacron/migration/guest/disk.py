"""A disk image's file systems, mounted as the guest would."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from novacron.errors import Conflict, InvalidSpec, Unsupported
from novacron.migration.guest.commands import run
from novacron.migration.guest.inspect import is_windows
from novacron.migration.guest.partitions import Partition, read
from novacron.migration.guest.tree import Tree

ROOTS = ("ext4", "ext3", "ext2", "xfs", "btrfs", "ntfs")
HIDDEN = {
    "crypto_LUKS": "It is encrypted",
    "LVM2_member": "It is an LVM volume",
    "linux_raid_member": "It is part of a RAID",
    "BitLocker": "It is encrypted with BitLocker",
}
INSIDE = ("/boot", "/boot/efi", "/efi", "/usr", "/var")
"""Mount points whose files the conversion reads or writes, or the initramfs is made from."""
NO_REPLAY = {
    "ext4": ",noload",
    "ext3": ",noload",
    "xfs": ",norecovery",
    "btrfs": ",rescue=nologreplay",
}
"""Even a file system that is mounted read-only replays its journal to the disk otherwise."""
_NAME = re.compile(r"^/dev/(?:(?:sd|vd|xvd|hd)a|nvme0n1p)(\d+)$")


@dataclass(frozen=True)
class FileSystem:
    partition: Partition
    kind: str
    uuid: str
    label: str


@dataclass(frozen=True)
class OpenedDisk:
    tree: Tree
    devices: dict[str, str]


@contextmanager
def opened(path: Path, *, write: bool) -> Iterator[OpenedDisk]:
    """The root and what belongs to it, mounted until the end of the block.

    Raises Unsupported (encrypted, LVM, no rights), InvalidSpec (no root), Corrupted, Conflict.
    """
    systems = list(_systems(path))
    mode = "rw" if write else "ro"
    with ExitStack() as stack:
        top = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="novacron-guest-")))
        tree = Tree(top / "root")
        tree.root.mkdir()
        _mount_root(stack, path, systems, tree, mode)
        for point, system, options in _inside(tree, systems):
            where = tree.resolve(point)
            _mount(stack, path, system, where, f"{mode}{options}")
        yield OpenedDisk(tree, names(systems))


def names(systems: list[FileSystem]) -> dict[str, str]:
    """What the partitions of a guest's first disk are called, whoever the provider is -> UUID."""
    return {
        f"/dev/{disk}{one.partition.number}": one.uuid
        for one in systems
        for disk in ("sda", "vda", "xvda", "hda", "nvme0n1p")
        if one.uuid
    }


def _systems(path: Path) -> Iterator[FileSystem]:
    for part in read(path):
        where = ("--offset", str(part.offset), "--size", str(part.size), str(path))
        try:
            told = run("blkid", "--probe", "--output", "export", *where)
        except Conflict:  # 2: there is nothing that it knows
            continue
        found = dict(line.partition("=")[::2] for line in told.splitlines())
        label = found.get("LABEL", "")
        yield FileSystem(part, found.get("TYPE", ""), found.get("UUID", ""), label)


def _mount_root(
    stack: ExitStack, path: Path, systems: list[FileSystem], tree: Tree, mode: str
) -> None:
    failed: Conflict | None = None
    for system in systems:
        if system.kind not in ROOTS:
            continue
        # btrfs: the default subvolume (SUSE), Fedora's, Ubuntu's.
        for options in ["", ",subvol=root", ",subvol=@"][: 3 if system.kind == "btrfs" else 1]:
            with ExitStack() as trial:
                try:
                    _mount(trial, path, system, tree.root, mode + options)
                except Conflict as error:
                    failed = error
                    continue
                if tree.is_file("etc/os-release") or is_windows(tree):
                    stack.push(trial.pop_all())
                    return
    for system in systems:
        if system.kind in HIDDEN:
            detail = f"Partition {system.partition.number} cannot be read here. "
            remedy = "Run `novacron guest prepare` inside the running source."
            raise Unsupported(f"{detail}{HIDDEN[system.kind]}.", remedy=remedy)
        if system.kind == "ntfs":
            detail = "An NTFS partition and no Linux root: this is Windows, and is not converted."
            raise Unsupported(detail, remedy="Prepare it in the running source.")
    raise failed or InvalidSpec("No root file system was found on the disk.")


def _inside(tree: Tree, systems: list[FileSystem]) -> Iterator[tuple[str, FileSystem, str]]:
    """Of the guest's fstab, outer mount points first."""
    lines = [line.split() for line in tree.read("etc/fstab").splitlines()]
    wanted = [one for one in lines if len(one) >= 4 and one[1] in INSIDE]
    for device, point, _, options, *_ in sorted(wanted, key=lambda one: one[1]):
        for system in systems:
            if _is(device, system) and tree.is_dir(point):
                subvolume = re.search(r"\bsubvol=[^,]+", options)
                yield point, system, f",{subvolume[0]}" if subvolume else ""
                break


def _is(device: str, system: FileSystem) -> bool:
    name, _, value = device.replace('"', "").partition("=")
    if name == "UUID":
        return value.lower() == system.uuid.lower()
    if name == "LABEL":
        return value == system.label
    found = _NAME.match(device)
    return found is not None and int(found[1]) == system.partition.number


def _mount(stack: ExitStack, path: Path, system: FileSystem, where: Path, options: str) -> None:
    part = system.partition
    if options.startswith("ro"):
        options += NO_REPLAY.get(system.kind, "")
    if system.kind == "xfs":
        options += ",nouuid"  # the disk that it is a clone of may be mounted as well
    loop = f"loop,offset={part.offset},sizelimit={part.size},{options}"
    run("mount", "-o", f"{loop},nodev,nosuid", str(path), str(where))
    stack.callback(run, "umount", str(where))
