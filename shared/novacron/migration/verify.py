"""Compares an import with its manifest by reading it back, leaf by leaf."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256

from novacron.errors import Corrupted, NotReady
from novacron.migration.chunks import ChunkStore
from novacron.migration.leaves import LEAVES_PER_SHARD, ZERO, digest_of, shard_count, shard_root
from novacron.migration.manifest import ZEROS, DiskManifest, Entries, Entry, differing
from novacron.migration.marks import NO_MARK, Mark
from novacron.migration.parallel import in_parallel
from novacron.migration.spans import PIECE, allocated, leaf_span, pieces, runs
from novacron.migration.transfer import shards_to_import
from novacron.models.base import Model
from novacron.models.transfer import Import
from novacron.providers.transfer import LEAF_BYTES, DiskImport

_HOLE = bytes(PIECE * LEAF_BYTES)
_ZEROS_SHA = sha256(bytes(LEAF_BYTES)).digest()


class Verified(Model):
    """``resent``: leaves of the shard that were not what was written, and are now."""

    read_bytes: int
    resent: list[int] = []


def shards_to_verify(chunks: ChunkStore, manifest: DiskManifest, since: str | None) -> list[int]:
    """The shards that ``verify_shard`` has something to do for: all, zeros too, or what was
    written after ``since``."""
    if since is None:
        return list(range(shard_count(manifest.size_bytes)))
    return shards_to_import(chunks, manifest, since)


def verify_shard(
    chunks: ChunkStore,
    provider: DiskImport,
    target: Import,
    manifest: DiskManifest,
    shard: int,
    since: str | None,
    mark: Mark = NO_MARK,
) -> Verified:
    """Compare what ``target`` holds with the manifest: every leaf of the shard; with ``since``, an
    ancestor that it was compared with before, those that were written after it.

    A leaf that differs is written once more. Raises Corrupted, which names the first disk and leaf
    that still differs, or says that the manifest's part is not what was sealed; NotReady of
    ``chunks``: ``mark`` says how far it came.
    """
    before, whole = mark.read(), _wanted(chunks, manifest, shard, since)
    wanted = {index: whole[index] for index in before.left(whole)}
    spans = {index: leaf_span(manifest.size_bytes, shard, index) for index in wanted}
    right = [] if since else _empty(provider, target, shard, wanted)
    read = set(wanted) - set(right)

    def one(piece: list[int]) -> None:
        content = _digests(chunks, {i: wanted[i] for i in piece}, {i: spans[i][1] for i in piece})
        for run in runs(piece, provider.write_bytes):
            held = _held(provider, target, run, spans)
            right.extend(index for index, digest in held if digest == content[index])

    try:
        list(in_parallel(one, pieces(read)))
        wrong = sorted(wanted.keys() - set(right))
        for index in wrong:
            _resend(chunks, provider, target, wanted[index], spans[index], manifest.disk)
    except NotReady:
        mark.keep(before.beyond(right, _bytes(spans, read & set(right))))
        raise
    return Verified(read_bytes=before.moved + _bytes(spans, read), resent=wrong)


def _empty(provider: DiskImport, target: Import, shard: int, wanted: Entries) -> list[int]:
    """Leaves of zeros where nothing was ever written, as most of a new disk is: not read."""
    may = allocated(provider, target, shard)
    return [index for index, entry in wanted.items() if entry.node == ZERO and index not in may]


def _bytes(spans: Mapping[int, tuple[int, int]], of: Iterable[int]) -> int:
    return sum(spans[index][1] for index in of)


def _resend(
    chunks: ChunkStore,
    provider: DiskImport,
    target: Import,
    entry: Entry,
    span: tuple[int, int],
    disk: int,
) -> None:
    offset, length = span
    leaf = chunks.read_leaf(entry, length)
    provider.write(target, offset, leaf)
    if provider.read_back(target, offset, length) != leaf:
        raise Corrupted(
            f"Disk {disk}, leaf {offset // LEAF_BYTES} (bytes {offset} to {offset + length}):"
            " the target does not hold what was sent, twice."
        )


def _wanted(chunks: ChunkStore, manifest: DiskManifest, shard: int, since: str | None) -> Entries:
    whole = chunks.view(manifest, shard)
    told = manifest.shards.get(shard)
    root = ZERO.hex() if told is None else told.root
    if shard_root({index: entry.node for index, entry in whole.items()}).hex() != root:
        raise Corrupted(f"Shard {shard} of {manifest.id} is not what was sealed.")
    if since is not None:
        return differing(whole, chunks.view(chunks.get_disk(since, manifest.disk), shard))
    leaves = -(-manifest.size_bytes // LEAF_BYTES) - shard * LEAVES_PER_SHARD
    return {index: whole.get(index, ZEROS) for index in range(min(LEAVES_PER_SHARD, leaves))}


def _digests(chunks: ChunkStore, wanted: Entries, lengths: Mapping[int, int]) -> dict[int, bytes]:
    """Of the leaves' content; one with patches is put together for it."""
    patched = {index: entry for index, entry in wanted.items() if entry.patches}
    told = {index: entry.digest for index, entry in wanted.items()}
    return told | {i: digest_of(leaf) for i, leaf in chunks.read_leaves(patched, lengths).items()}


def _held(
    provider: DiskImport, target: Import, run: list[int], spans: dict[int, tuple[int, int]]
) -> Iterator[tuple[int, bytes]]:
    """(leaf, its digest); a run of zeros, as most of a new disk is, is not cut up."""
    start, end = spans[run[0]][0], sum(spans[run[-1]])
    data = provider.read_back(target, start, end - start)
    if data == _HOLE[: len(data)]:
        yield from ((index, ZERO) for index in run)
        return
    for index in run:
        offset, length = spans[index]
        yield index, digest_of(data[offset - start : offset - start + length])


def linear_checksum(chunks: ChunkStore, manifest: DiskManifest) -> bytes:
    """SHA-256 of the SHA-256 digests of all leaves that were ever written, in their order; a short
    last leaf is filled up with zeros. EBS's LINEAR aggregation over blocks
    (https://docs.aws.amazon.com/ebs/latest/APIReference/API_CompleteSnapshot.html).

    32 bytes a leaf are held: 64 MiB for a disk of 1 TiB. Raises NotFound, Corrupted.
    """

    def one(shard: int) -> tuple[int, bytes]:
        whole = chunks.view(manifest, shard)
        blocks = (
            _block(chunks, whole[index], leaf_span(manifest.size_bytes, shard, index)[1])
            for index in sorted(whole)
        )
        return shard, b"".join(blocks)

    parts = sorted(in_parallel(one, sorted(manifest.shards)))
    return sha256(b"".join(digests for _, digests in parts)).digest()


def _block(chunks: ChunkStore, entry: Entry, length: int) -> bytes:
    """SHA-256 of a leaf as a whole block. Only what is short or patched must be read for it."""
    if length == LEAF_BYTES and not entry.patches:
        return _ZEROS_SHA if entry.digest == ZERO else entry.digest
    return sha256(chunks.read_leaf(entry, length).ljust(LEAF_BYTES, b"\0")).digest()
