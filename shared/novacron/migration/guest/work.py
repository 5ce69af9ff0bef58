"""The two ways to convert: inside the running source, and on a disk that nothing runs from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from novacron.errors import Unsupported
from novacron.migration.guest.apply import Rebuild, apply, undo
from novacron.migration.guest.commands import run, run_in
from novacron.migration.guest.disk import opened
from novacron.migration.guest.initramfs import rebuild
from novacron.migration.guest.inspect import inspect
from novacron.migration.guest.journal import load
from novacron.migration.guest.model import Plan, Target
from novacron.migration.guest.plan import make_plan
from novacron.migration.guest.tree import Tree


@dataclass(frozen=True)
class Done:
    """``plan`` as it was before anything was done."""

    plan: Plan
    applied: bool


def prepare(root: Path, target: Target, *, write: bool, owner: str = "") -> Done:
    """Inside the running source (``/``), or on a root that is mounted at ``root``.

    Additive: the guest still boots where it is. ``owner``: who asks. Raises Unsupported, Conflict
    (the initramfs cannot be made; the files are as they were), InvalidSpec, Corrupted.
    """
    devices = _live_devices() if root == Path("/") else {}
    return _carry_out(Tree(root), target, devices, write, owner)


def convert(disk: Path, target: Target, *, write: bool) -> Done:
    """On a raw image or block device that is a clone, such as an import that was made from the
    chunk store for it: whatever fails here, the chunks are whole and make the next one.

    Raises as ``prepare``.
    """
    with opened(disk, write=write) as found:
        return _carry_out(found.tree, target, found.devices, write)


def revert(root: Path, owner: str | None = None) -> list[str] | None:
    """Undo ``prepare``; returns the paths that someone else has changed since, left as they are.

    ``owner``: undo only what this one began. None: there is nothing of its. Raises Conflict (the
    initramfs cannot be made), Corrupted.
    """
    tree = Tree(root)
    if owner is not None and load(tree).owner != owner:
        return None
    return undo(tree, _rebuild(tree))


def _carry_out(
    tree: Tree, target: Target, devices: dict[str, str], write: bool, owner: str = ""
) -> Done:
    plan = make_plan(tree, target, devices)
    if write:
        apply(tree, plan, _rebuild(tree), owner)
    return Done(plan, write)


def _rebuild(tree: Tree) -> Rebuild:
    def now() -> None:
        tool = inspect(tree, {}).initramfs
        if tool is None:
            raise Unsupported("The guest has no tool that makes an initramfs.")
        run_in(tree.root, *rebuild(tool, elsewhere=tree.root != Path("/")))

    return now


def _live_devices() -> dict[str, str]:
    """Also by the other names that udev gives a device."""
    told = run("blkid", "--output", "export")
    found = {}
    for part in told.split("\n\n"):
        one = dict(line.partition("=")[::2] for line in part.splitlines())
        if one.get("UUID") and one.get("DEVNAME"):
            found[one["DEVNAME"]] = one["UUID"]
    links = [one for kind in ("by-path", "by-id") for one in Path("/dev/disk").glob(f"{kind}/*")]
    aliases = {str(one): found.get(str(one.resolve())) for one in links}
    return {**found, **{name: uuid for name, uuid in aliases.items() if uuid}}
