"""Removes what no migration needs any more: packs, and manifests nobody goes on from.

A pack goes in two runs, GRACE apart at least. The first condemns it: writes a mark beside it, then
forgets what the index says of it. The second deletes it, if nothing refers to it by then.

Why no leaf is lost that a job relies on, given that a job takes less than ``grace``:

* A job that found an index entry just before it was forgotten has written its part of a manifest
  before the second run, which reads all parts anew.
* A job finds no entry of a condemned pack after that, and ``Packer.adopt`` leaves condemned packs
  alone. One that looked just before the mark may still have brought entries back, which others
  then found: so the second run asks the index, and where it names the pack, condemns it again.
* A pack that has just arrived, of which nothing knows yet, is younger than ``grace`` and spared.

A run that is killed anywhere is repeated. Memory is one set of the tenant's pack names, 16 bytes
each (8 MiB of leaves), and the marks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from novacron.migration.chunks import DISK, PLAN, ChunkStore
from novacron.migration.packs import DEAD
from novacron.migration.ports import AgedObjects
from novacron.models.base import Model

GRACE = timedelta(days=2)
"""Longer than any job: a shard's copy is stopped after hours."""


class Collected(Model):
    """What a run did. ``spared``: condemned packs that are in use after all."""

    used: int = 0
    condemned: int = 0
    deleted: int = 0
    spared: int = 0
    manifest_objects: int = 0


def collect(
    chunks: ChunkStore,
    objects: AgedObjects,
    roots: Iterable[str],
    now: datetime,
    grace: timedelta = GRACE,
) -> Collected:
    """One run over a tenant's store.

    ``objects`` is the store of ``chunks``; ``now`` is as its clock says, minutes do not matter.
    ``roots``: ids of all manifests that something may yet be read from or made from. An export is
    named before its first job begins, with the manifest that it goes on from. Raises Corrupted or
    NotFound, before anything is changed, where a live manifest cannot be read.
    """
    return _Run(chunks, objects, now - grace).collected(roots)


class _Run:
    def __init__(self, chunks: ChunkStore, objects: AgedObjects, before: datetime) -> None:
        self._chunks, self._objects, self._before = chunks, objects, before
        self._packs, self._index = chunks.packs, chunks.index
        self._done: Counter[str] = Counter()

    def collected(self, roots: Iterable[str]) -> Collected:
        live = self._live(roots)
        used = self._used(live)
        self._done["used"] = len(used)
        marks = dict(self._marks())
        for path, at in self._objects.ages(self._packs.folder):
            pack, is_mark = self._packs.named(path)
            if not is_mark:
                self._judge(pack, at, marks.pop(pack, None), bytes.fromhex(pack) in used)
        for pack in marks:  # The pack was deleted, and the run killed.
            self._objects.delete(self._packs.path(pack) + DEAD)
        self._drop_manifests(live)
        return Collected(**self._done)

    def _live(self, roots: Iterable[str]) -> set[str]:
        """The roots and their ancestors."""
        live = set(roots)
        for root in sorted(live):
            for path in self._objects.list(f"{self._chunks.manifests}/{root}"):
                disk, name = path.split("/")[-2:]
                if name == DISK:
                    live.update(self._chunks.get_disk(root, int(disk)).lineage)
        return live

    def _used(self, live: set[str]) -> set[bytes]:
        """Packs that any part of a live manifest refers to."""
        used: set[bytes] = set()
        for one in live:
            for path in self._objects.list(f"{self._chunks.manifests}/{one}"):
                disk, name = path.split("/")[-2:]
                if name not in (DISK, PLAN):
                    entries = self._chunks.get_shard(one, int(disk), int(name))
                    places = (place for entry in entries.values() for place in entry.places)
                    used.update(bytes.fromhex(place.pack) for place in places)
        return used

    def _marks(self) -> Iterator[tuple[str, datetime]]:
        for path, at in self._objects.ages(self._packs.folder):
            pack, is_mark = self._packs.named(path)
            if is_mark:
                yield pack, at

    def _judge(self, pack: str, at: datetime, marked: datetime | None, used: bool) -> None:
        if used:
            if marked is not None:
                self._objects.delete(self._packs.path(pack) + DEAD)
                self._done["spared"] += 1
        elif marked is None:
            if at < self._before:
                self._condemn(pack)
        elif marked < self._before:
            if self._named(pack):
                self._condemn(pack)
            else:
                self._objects.delete(self._packs.path(pack))
                self._objects.delete(self._packs.path(pack) + DEAD)
                self._done["deleted"] += 1

    def _condemn(self, pack: str) -> None:
        self._objects.put(self._packs.path(pack) + DEAD, b"")
        self._index.forget(self._named(pack))
        self._done["condemned"] += 1

    def _named(self, pack: str) -> set[bytes]:
        """What the index says is in the pack; the same leaf may be kept in another by now."""
        there = self._index.find(self._packs.contents(pack))
        return {digest for digest, place in there.items() if place.pack == pack}

    def _drop_manifests(self, live: set[str]) -> None:
        for path, at in self._objects.ages(self._chunks.manifests):
            if path.split("/")[-3] not in live and at < self._before:
                self._objects.delete(path)
                self._done["manifest_objects"] += 1
