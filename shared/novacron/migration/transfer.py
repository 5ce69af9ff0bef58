"""Moves one shard of a disk: out of an export into the chunk store, or from there into an import.

Each function may be killed anywhere and called again, twice at once even: what it writes is the
same, and what has arrived is not sent again. Memory is bounded by what WORKERS threads hold, a
piece of PIECE leaves and a pack each, whatever the size of the disk.
"""

from __future__ import annotations

from collections.abc import Iterable

from novacron.errors import Conflict, Corrupted, NotFound
from novacron.migration.chunks import ChunkStore
from novacron.migration.grains import covered
from novacron.migration.leaves import ZERO, disk_root, shard_root
from novacron.migration.manifest import (
    ZEROS,
    DiskManifest,
    Entries,
    ShardSummary,
    differing,
)
from novacron.migration.marks import NO_MARK, Mark
from novacron.migration.sending import Sender
from novacron.migration.spans import Touched, leaf_span, touched
from novacron.migration.writing import Writer
from novacron.models.base import Model
from novacron.models.transfer import Export, Import
from novacron.providers.transfer import DiskExport, DiskImport

MOST_PARTS = 8
"""Of a shard: the next one names everything, so that reading a shard stays a few requests."""


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
    ``export.id``. A part that is there already is kept: the export's bytes do not change.

    Raises Conflict: the export's changes are not told against ``parent``, or the disk was resized.
    """
    _check(export, disk, parent)
    before = chunks.view(parent, shard)
    try:
        return _result(shard, parent, before, chunks.get_shard(export.id, disk, shard))
    except NotFound:
        pass
    told = touched(source, export, disk, shard)
    size = export.disks[disk].size_bytes
    zero = {
        index for index in told.leaves if _is_zero(told, index, leaf_span(size, shard, index)[1])
    }
    dirty = told.leaves - zero
    if export.disks[disk].since_id is None:
        # Told against a disk of zeros: what is not mentioned is zeros now, whatever it was.
        zero |= before.keys() - dirty
    sent = Sender(source, chunks, export, disk, shard, before).send(told, dirty)
    found = sent.found | dict.fromkeys(zero, ZEROS)
    now = {index: entry for index, entry in found.items() if _at(before, index) != entry.node}
    part = {**before, **now} if now and _is_full(parent, shard) else now
    chunks.put_shard(export.id, disk, shard, part)
    done = _result(shard, parent, before, part)
    return done.model_copy(update={"read_bytes": sent.read_bytes, "sent_bytes": sent.sent_bytes})


def copied_shard(
    chunks: ChunkStore, export: Export, disk: int, shard: int, parent: DiskManifest | None
) -> ShardResult:
    """What ``export_shard`` has made of it. Raises NotFound: nothing yet."""
    _check(export, disk, parent)
    part = chunks.get_shard(export.id, disk, shard)
    return _result(shard, parent, chunks.view(parent, shard), part)


def seal_manifest(
    chunks: ChunkStore,
    export: Export,
    disk: int,
    parent: DiskManifest | None,
    results: Iterable[ShardResult],
) -> DiskManifest:
    """Write the disk's manifest, when every shard is there."""
    shards = dict(parent.shards) if parent else {}
    shards |= {one.shard: one.summary for one in results if one.summary is not None}
    size = export.disks[disk].size_bytes
    roots = {number: bytes.fromhex(shard.root) for number, shard in shards.items()}
    manifest = DiskManifest(
        id=export.id,
        disk=disk,
        size_bytes=size,
        lineage=[*(parent.lineage if parent else []), export.id],
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
    mark: Mark = NO_MARK,
) -> int:
    """Write to ``target`` in what the shard differs from ``since``, an ancestor of ``manifest``
    that it holds already (None: nothing); returns bytes written.

    Raises Conflict (no ancestor), Corrupted: a part was changed after the manifest was sealed, as
    agents, who may write parts, could; NotReady of ``chunks``: ``mark`` says how far it came.
    """
    earlier = _ancestor(chunks, manifest, since)
    if not _differs(manifest, earlier, shard):
        return 0
    whole = chunks.view(manifest, shard)
    if shard_root({i: entry.node for i, entry in whole.items()}).hex() != _root(manifest, shard):
        raise Corrupted(f"Shard {shard} of {manifest.id} is not what was sealed.")
    held = chunks.view(earlier, shard)
    entries = differing(whole, held)
    at = {index: leaf_span(manifest.size_bytes, shard, index) for index in entries}
    return Writer(chunks, provider, target, at).write(entries, held, mark)


def shards_to_import(chunks: ChunkStore, manifest: DiskManifest, since: str | None) -> list[int]:
    """The shards that ``import_shard`` has something to do for."""
    earlier = _ancestor(chunks, manifest, since)
    return [shard for shard in sorted(manifest.shards) if _differs(manifest, earlier, shard)]


def _check(export: Export, disk: int, parent: DiskManifest | None) -> None:
    told = export.disks[disk]
    if told.since_id is not None and (parent is None or parent.id != export.since):
        raise Conflict(
            f"{export.id} tells what changed since {export.since}, not since its parent."
        )
    if parent is not None and parent.size_bytes != told.size_bytes:
        raise Conflict(f"{told.volume_id} was resized: it must be copied anew.")


def _is_zero(told: Touched, index: int, length: int) -> bool:
    return index not in told.dirty and told.zero[index] == covered(0, length, length)


def _at(entries: Entries, index: int) -> bytes:
    return entries.get(index, ZEROS).node


def _is_full(parent: DiskManifest | None, shard: int) -> bool:
    there = parent.shards.get(shard) if parent else None
    return there is not None and len(there.parts) >= MOST_PARTS


def _result(shard: int, parent: DiskManifest | None, before: Entries, part: Entries) -> ShardResult:
    old = parent.shards.get(shard) if parent else None
    if not part:
        return ShardResult(shard=shard, summary=old)
    whole = {**before, **part}
    parts = [] if old is None or _is_full(parent, shard) else old.parts
    summary = ShardSummary(
        root=shard_root({index: entry.node for index, entry in whole.items()}).hex(),
        written=len(whole),
        parts=[*parts, len(parent.lineage) if parent else 0],
    )
    return ShardResult(shard=shard, changed=len(differing(whole, before)), summary=summary)


def _ancestor(chunks: ChunkStore, manifest: DiskManifest, since: str | None) -> DiskManifest | None:
    if since is None:
        return None
    if since not in manifest.lineage:
        raise Conflict(f"{since} is no ancestor of {manifest.id}.")
    return chunks.get_disk(since, manifest.disk)


def _root(manifest: DiskManifest, shard: int) -> str:
    found = manifest.shards.get(shard)
    return ZERO.hex() if found is None else found.root


def _differs(manifest: DiskManifest, earlier: DiskManifest | None, shard: int) -> bool:
    now = manifest.shards.get(shard)
    before = earlier.shards.get(shard) if earlier else None
    if now is None or before is None:
        return now is not None
    return (now.root, now.written) != (before.root, before.written)
