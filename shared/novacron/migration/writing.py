"""Writes leaves of a manifest to an import: their patches alone where the target has the rest."""

from __future__ import annotations

from collections.abc import Mapping

from novacron.errors import NotReady
from novacron.migration.chunks import ChunkStore
from novacron.migration.grains import size_of, spans
from novacron.migration.manifest import ZEROS, Entries, Entry, Patch, Place
from novacron.migration.marks import NO_MARK, Mark
from novacron.migration.parallel import in_parallel
from novacron.migration.spans import loads, runs
from novacron.models.transfer import Import
from novacron.providers.transfer import LEAF_BYTES, DiskImport, Flushing


class Writer:
    """``at``: (offset, length) in the disk of each leaf that is written."""

    def __init__(
        self,
        chunks: ChunkStore,
        provider: DiskImport,
        target: Import,
        at: Mapping[int, tuple[int, int]],
    ) -> None:
        self._chunks, self._provider, self._target, self._at = chunks, provider, target, at

    def write(self, now: Entries, held: Entries, mark: Mark = NO_MARK) -> int:
        """Make leaves that are as ``held`` says, zeros else, what ``now`` says; returns bytes
        written. What ``mark`` says is done; NotReady of the chunk store leaves what is in it."""
        before = mark.read()
        now = {index: now[index] for index in before.left(now)}
        new = {index: self._new(one, held.get(index, ZEROS)) for index, one in now.items()}
        lengths = {index: self._at[index][1] for index in now}
        done: list[tuple[list[int], int]] = []

        def one(load: list[int]) -> int:
            whole = {index: now[index] for index in load if not new[index]}
            some = {index: new[index] for index in load if new[index]}
            leaves = self._chunks.read_leaves(whole, lengths)
            patches = self._chunks.read_patches(some, lengths)
            size = self._whole(leaves) + sum(self._patched(i, own) for i, own in patches.items())
            done.append((load, size))
            return size

        wanted = {
            index: self._wanted(one, new[index], lengths[index]) for index, one in now.items()
        }
        try:
            written = sum(in_parallel(one, loads(wanted)))
        except NotReady:
            self._flush()
            leaves = [index for load, _ in done for index in load]
            mark.keep(before.beyond(leaves, sum(size for _, size in done)))
            raise
        self._flush()
        return before.moved + written

    def _flush(self) -> None:
        if isinstance(self._provider, Flushing):
            self._provider.flush(self._target)

    def _new(self, now: Entry, held: Entry) -> tuple[Patch, ...]:
        """The patches to write; none: the leaf is to be written whole."""
        fine = self._provider.write_granularity < LEAF_BYTES
        return (now.beyond(held) or ()) if fine else ()

    def _wanted(
        self, entry: Entry, patches: tuple[Patch, ...], length: int
    ) -> tuple[Place | None, int]:
        """(where the most of it lies, bytes of it in memory)."""
        if not patches:
            return entry.place, length
        return patches[-1].place, sum(size_of(one.mask, length) for one in patches)

    def _whole(self, leaves: Mapping[int, bytes]) -> int:
        for run in runs(sorted(leaves), self._provider.write_bytes):
            data = leaves[run[0]] if len(run) == 1 else b"".join(leaves[i] for i in run)
            self._provider.write(self._target, self._at[run[0]][0], data)
        return sum(map(len, leaves.values()))

    def _patched(self, index: int, patches: list[tuple[int, bytes]]) -> int:
        offset, length = self._at[index]
        for mask, data in patches:
            done = 0
            for start, end in spans(mask, length):
                part = data[done : done + end - start]
                self._provider.write(self._target, offset + start, part)
                done += len(part)
        return sum(len(data) for _, data in patches)
