"""Carry out a plan, or undo what was carried out. Both can be repeated, and stop anywhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress

from novacron.errors import NovaCronError, Unsupported
from novacron.migration.guest.journal import FOLDER, Entry, digest, load
from novacron.migration.guest.model import Plan
from novacron.migration.guest.tree import Tree

Rebuild = Callable[[], None]
"""Makes the initramfs of every kernel anew; raises a NovaCronError when that fails."""


def apply(tree: Tree, plan: Plan, rebuild: Rebuild, owner: str = "") -> None:
    """Every change is in the journal before it is made. If the initramfs cannot be made, the files
    are put back and the error is raised: the guest is as it was.

    Raises Unsupported where the plan says that it cannot be done; what ``rebuild`` raises.
    """
    if plan.errors:
        first = plan.errors[0]
        raise Unsupported(" ".join(one.detail for one in plan.errors), remedy=first.remedy)
    tree.resolve(FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    journal = load(tree)
    if not journal.entries and not journal.targets:
        journal.owner = owner
    for action in plan.actions:
        journal.rebuild = journal.rebuild or action.rebuild
        for change in action.changes:
            journal.keep(tree, change)
            journal.save(tree)
            tree.resolve(change.path).parent.mkdir(parents=True, exist_ok=True)
            tree.write(change.path, change.content, change.mode)
    if journal.rebuild:
        try:
            rebuild()
        except NovaCronError:
            undo(tree, None)
            raise
        journal.rebuild, journal.rebuilt = False, True
    journal.targets = sorted({*journal.targets, plan.target.value})
    journal.save(tree)


def undo(tree: Tree, rebuild: Rebuild | None) -> list[str]:
    """Put back what was there before the first change, and forget it. Returns the paths of files
    that someone has changed since: they stay as they are. Raises what ``rebuild`` raises."""
    journal = load(tree)
    left = [one.path for one in reversed(journal.entries) if not _restore(tree, one)]
    if rebuild is not None and (journal.rebuilt or journal.rebuild):
        rebuild()
    shutil.rmtree(tree.resolve(FOLDER), ignore_errors=True)
    return left


def _restore(tree: Tree, entry: Entry) -> bool:
    """False: it is neither what we wrote nor what was there."""
    now = tree.content(entry.path)
    found = None if now is None else digest(now)
    if found not in (entry.before, entry.after):
        return False
    if entry.backup is None:
        tree.resolve(entry.path).unlink(missing_ok=True)
        with suppress(OSError):
            for folder in reversed(entry.folders):
                tree.resolve(folder).rmdir()
        return True
    if found == entry.before:
        return True
    old = tree.content(entry.backup)
    if old is None or digest(old) != entry.before:
        return False
    tree.write(entry.path, old, 0o644)
    return True
