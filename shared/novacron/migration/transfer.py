"""Moves one shard of a disk: out of an export into the chunk store, or from there into an import.

Each function may be killed anywhere and called again, twice at once even: what it writes is the
same. Memory is bounded by BATCH leaves and WORKERS packs, whatever the size of the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from novacron.errors import NotFound
from novacron.migration.chunks import ChunkStore
from novacron.migration.leaves import SHARD_BYTES, ZERO, digest_of, disk_root, shard_root
from novacron.migration.manifest import (
    ZEROS,
    DiskManifest,
    Entries,
    Entry,
    ShardSummary,
    overlaid,
)
from novacron.models.base import Model
from novacron.models.transfer import Export, Import
from novacron.providers.transfer import LEAF_BYTES, DiskExport, DiskImport

WORKERS = 8
"""Requests under way: 7 or 8 of them saturate an EBS snapshot's 1,000 requests a second."""

BATCH = 64
"""Leaves that are held at once, and asked of the index together."""

T = TypeVar("T")
R = TypeVar("R")


class ShardResult(Model):
    """What became of a shard. ``read_bytes`` from the provider, ``sent_bytes`` to the store."""

    shard: int
    changed: int = 0
    summary: ShardSummary | None = None
    """None: all zeros, and always was."""
    read_bytes: int = 0
    sent_bytes: int = 0


def export_shard(
    source: DiskExport,
    chunks: ChunkStore,
    export: Export,
    disk: int,
    shard: int,
    parent: DiskManifest | None,
) -> ShardResult:
    """Bring what changed in the shard since ``parent`` into the store, as a part of the manifest
    ``export.id``. A part that is there already is kept: the export's bytes do not change."""
    lineage = [] if parent is None else chunks.lineage(parent)
    before = list(chunks.layers(lineage, shard))
    try:
        return _result(shard, [*before, chunks.get_shard(export.id, disk, shard)])
    except NotFound:
        pass
    whole = overlaid(before)
    zero, dirty = _touched(source, export, disk, shard)
    packer, digests = chunks.packer(), dict.fromkeys(zero, ZERO)
    for batch in _batches(sorted(dirty)):
        leaves = _leaves(source, export, disk, shard, batch)
        digests |= {index: digest_of(leaf) for index, leaf in leaves.items()}
        known = packer.know({digests[index] for index in leaves})
        new = {
            digests[index]: leaf
            for index, leaf in leaves.items()
            if digests[index] not in (ZERO, whole.get(index, ZEROS).digest, *known)
        }
        for _ in in_parallel(lambda item: packer.add(*item), new.items()):
            pass
    packer.close()
    changed = {
        index: ZEROS if digest == ZERO else Entry(digest, packer.place_of(digest))
        for index, digest in digests.items()
        if digest != whole.get(index, ZEROS).digest
    }
    chunks.put_shard(export.id, disk, shard, changed)
    done = _result(shard, [*before, changed])
    size = export.disks[disk].size_bytes
    read = sum(leaf_span(size, shard, index)[1] for index in dirty)
    return done.model_copy(update={"read_bytes": read, "sent_bytes": packer.sent_bytes})


def seal_manifest(
    chunks: ChunkStore,
    export: Export,
    disk: int,
    parent: DiskManifest | None,
    results: Iterable[ShardResult],
) -> DiskManifest:
    """Write the disk's manifest, when every shard is there."""
    shards = dict(parent.shards) if parent else {}
    own = []
    for result in results:
        if result.changed:
            own.append(result.shard)
        if result.summary is not None:
            shards[result.shard] = result.summary
    size = export.disks[disk].size_bytes
    roots = {number: bytes.fromhex(shard.root) for number, shard in shards.items()}
    manifest = DiskManifest(
        id=export.id,
        disk=disk,
        size_bytes=size,
        parent=parent.id if parent else None,
        own=sorted(own),
        shards=shards,
        root=disk_root(roots, size).hex(),
    )
    chunks.put_disk(manifest)
    return manifest


def import_shard(
    chunks: ChunkStore,
    provider: DiskImport,
    target: Import,
    manifest: DiskManifest,
    shard: int,
    since: str | None,
) -> int:
    """Write to ``target`` what ``manifest`` and its ancestors up to ``since`` (which it has
    already; None: nothing) say of the shard; returns bytes written."""
    newer = _newer(chunks.lineage(manifest), since)
    entries = overlaid(chunks.layers(newer, shard))
    if since is None:
        entries = {index: entry for index, entry in entries.items() if entry.place}

    size = manifest.size_bytes

    def one(run: list[int]) -> int:
        spans = [leaf_span(size, shard, index) for index in run]
        leaves = (chunks.read_leaf(entries[i], span[1]) for i, span in zip(run, spans, strict=True))
        data = b"".join(leaves)
        provider.write(target, spans[0][0], data)
        return len(data)

    return sum(in_parallel(one, _runs(sorted(entries), provider.write_bytes)))


def shards_to_import(chunks: ChunkStore, manifest: DiskManifest, since: str | None) -> list[int]:
    """The shards that ``import_shard`` has something to do for."""
    newer = _newer(chunks.lineage(manifest), since)
    return sorted({shard for one in newer for shard in one.own})


def leaf_span(size_bytes: int, shard: int, index: int) -> tuple[int, int]:
    """(offset, length) of a leaf in a disk of ``size_bytes``."""
    offset = shard * SHARD_BYTES + index * LEAF_BYTES
    return offset, min(LEAF_BYTES, size_bytes - offset)


def _newer(lineage: list[DiskManifest], since: str | None) -> list[DiskManifest]:
    if since is None:
        return lineage
    ids = [manifest.id for manifest in lineage]
    return lineage[ids.index(since) + 1 :]


def _touched(
    source: DiskExport, export: Export, disk: int, shard: int
) -> tuple[set[int], set[int]]:
    """(leaves that became zeros, leaves that must be read). A leaf is zeros when zero extents
    cover all of it and nothing else touches it."""
    begin = shard * SHARD_BYTES
    length = min(SHARD_BYTES, export.disks[disk].size_bytes - begin)
    covered: dict[int, int] = {}
    dirty: set[int] = set()
    for extent in source.extents(export, disk, begin, length):
        for index, part in _parts(extent.offset - begin, extent.length):
            if extent.zero:
                covered[index] = covered.get(index, 0) + part
            else:
                dirty.add(index)
    size = export.disks[disk].size_bytes
    whole = {i for i, seen in covered.items() if seen == leaf_span(size, shard, i)[1]}
    zero = whole - dirty
    return zero, dirty | (set(covered) - zero)


def _leaves(
    source: DiskExport, export: Export, disk: int, shard: int, indexes: list[int]
) -> dict[int, bytes]:
    """The leaves' bytes; those that lie together are read together."""
    size = export.disks[disk].size_bytes

    def one(run: list[int]) -> dict[int, bytes]:
        first, last = leaf_span(size, shard, run[0]), leaf_span(size, shard, run[-1])
        data = source.read(export, disk, first[0], sum(last) - first[0])
        parts = (data[i : i + LEAF_BYTES] for i in range(0, len(data), LEAF_BYTES))
        return dict(zip(run, parts, strict=True))

    found: dict[int, bytes] = {}
    for leaves in in_parallel(one, _runs(indexes, source.read_bytes)):
        found |= leaves
    return found


def _batches(indexes: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(indexes), BATCH):
        yield indexes[start : start + BATCH]


def _runs(indexes: list[int], most_bytes: int) -> Iterator[list[int]]:
    """``indexes`` in runs of neighbours, none longer than ``most_bytes``."""
    run: list[int] = []
    for index in indexes:
        if run and (index != run[-1] + 1 or len(run) * LEAF_BYTES >= most_bytes):
            yield run
            run = []
        run.append(index)
    if run:
        yield run


def _parts(start: int, length: int) -> Iterator[tuple[int, int]]:
    """(leaf index, bytes of the run in it)."""
    end = start + length
    while start < end:
        index = start // LEAF_BYTES
        stop = min(end, (index + 1) * LEAF_BYTES)
        yield index, stop - start
        start = stop


def _result(shard: int, layers: list[Entries]) -> ShardResult:
    named: set[int] = set().union(*layers) if layers else set()
    whole = overlaid(layers)
    root = shard_root({index: entry.digest for index, entry in whole.items()})
    summary = ShardSummary(root=root.hex(), written=len(named)) if named else None
    return ShardResult(shard=shard, changed=len(layers[-1]), summary=summary)


def in_parallel(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """``map`` over WORKERS threads with only so many items under way; the first error ends it."""
    with ThreadPoolExecutor(WORKERS) as pool:
        under_way: set[Future[R]] = set()
        try:
            for item in items:
                if len(under_way) == WORKERS:
                    done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in done)
                under_way.add(pool.submit(work, item))
            yield from (future.result() for future in under_way)
        finally:
            for future in under_way:
                future.cancel()
