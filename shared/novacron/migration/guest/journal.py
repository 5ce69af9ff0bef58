"""What was changed in a guest, kept in the guest, so that it can be undone there."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

from novacron.errors import Corrupted
from novacron.migration.guest.model import Change
from novacron.migration.guest.tree import Tree

FOLDER = "var/lib/novacron/guest"


@dataclass
class Entry:
    """``before``: SHA-256 of the content that ``backup`` holds; None: there was no such file.
    ``after``: of what we wrote. ``folders``: those that were made for it, outermost first."""

    path: str
    before: str | None
    backup: str | None
    after: str
    folders: list[str] = field(default_factory=list)


@dataclass
class Journal:
    """``rebuild``: the initramfs is to be made anew; ``rebuilt``: it was, at least once.
    ``owner``: who made the first change, "" for a person."""

    targets: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    rebuild: bool = False
    rebuilt: bool = False
    owner: str = ""

    def keep(self, tree: Tree, change: Change) -> Entry:
        """Back up what is there now. A second change of the same file keeps the first backup."""
        after = digest(change.content)
        for entry in self.entries:
            if entry.path == change.path:
                entry.after = after
                return entry
        old = tree.content(change.path)
        backup = None
        if old is not None:
            backup = f"{FOLDER}/{len(self.entries)}-{change.path.rpartition('/')[2]}"
            tree.write(backup, old, 0o600)
        before = None if old is None else digest(old)
        entry = Entry(change.path, before, backup, after, _missing(tree, change.path))
        self.entries.append(entry)
        return entry

    def save(self, tree: Tree) -> None:
        tree.write(f"{FOLDER}/journal.json", json.dumps(asdict(self), indent=1).encode(), 0o600)


def load(tree: Tree) -> Journal:
    """An empty one where nothing was changed. Corrupted: it cannot be read."""
    text = tree.read(f"{FOLDER}/journal.json")
    if not text:
        return Journal()
    try:
        told = json.loads(text)
        entries = [Entry(**one) for one in told.pop("entries")]
        return Journal(entries=entries, **told)
    except (ValueError, TypeError, KeyError) as error:
        raise Corrupted(f"/{FOLDER}/journal.json of the guest cannot be read: {error}") from error


def prepared(tree: Tree) -> list[str]:
    """The targets that the guest is ready for."""
    kept = load(tree)
    return [] if kept.rebuild else kept.targets


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _missing(tree: Tree, path: str) -> list[str]:
    folders = [str(one) for one in list(Path(path).parents)[:-1]][::-1]
    return [one for one in folders if not tree.is_dir(one)]
