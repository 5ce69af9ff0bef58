"""What a disk holds, by reference: a manifest a disk, a part of it for every GiB that changed.

A shard's content is its parts one over the other, this manifest's and its ancestors'; leaves that
none of them names are zeros. A manifest says which parts those are, so that reading a shard costs
the parts that changed it and not the length of the chain; where they get many, a part is written
that names everything. A part is a file of its own, made by one worker, so that a copy that was
killed goes on with the parts that are missing.

A leaf is named by the digest of one that is kept whole, and of patches over it, each by the grains
that it is of and the digest of their bytes. What stands for it in the Merkle tree is that digest
itself where there is no patch, else SHA-256(0x02 || digest || grains || digest || ...): of an odd
number of bytes, which no leaf has, so that neither passes for the other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from novacron.errors import Corrupted
from novacron.migration.grains import MASK_BYTES
from novacron.migration.leaves import LEAVES_PER_SHARD, ZERO
from novacron.models.base import Model

_WHOLE, _PATCHED = b"NVS1", b"NVS2"
"""Of a part that names no patch, and of one that has them behind its entries."""
_HEAD = struct.Struct(">4sHH")
_ENTRY = struct.Struct(">H32sHII")
_PATCH = struct.Struct(f">H{MASK_BYTES}s32sHII")
_COUNT = struct.Struct(">I")
_NO_PACK = 0xFFFF


@dataclass(frozen=True)
class Place:
    """Where a leaf or a patch is kept: bytes [offset, offset + length) of a pack."""

    pack: str
    offset: int
    length: int


@dataclass(frozen=True)
class Patch:
    """The bytes of a leaf's grains (``mask``), one after the other; ``place`` is None for zeros."""

    mask: int
    digest: bytes
    place: Place | None


@dataclass(frozen=True)
class Entry:
    """A leaf: one that is kept whole, by its digest, with ``patches`` over it, the oldest first.
    ``place`` is None for zeros alone."""

    digest: bytes
    place: Place | None
    patches: tuple[Patch, ...] = ()

    @cached_property
    def node(self) -> bytes:
        """What stands for it in the Merkle tree."""
        if not self.patches:
            return self.digest
        over = (_bits(one) + one.digest for one in self.patches)
        return sha256(b"\x02" + self.digest + b"".join(over)).digest()

    @property
    def places(self) -> Iterator[Place]:
        """All that it needs of the store."""
        all_of = (self.place, *(one.place for one in self.patches))
        return (place for place in all_of if place)

    def beyond(self, before: Entry) -> tuple[Patch, ...] | None:
        """The patches by which it differs from ``before``; None: it is no later state of it."""
        had = len(before.patches)
        if self.digest != before.digest or self.patches[:had] != before.patches:
            return None
        return self.patches[had:]


def _bits(patch: Patch) -> bytes:
    return patch.mask.to_bytes(MASK_BYTES, "big")


ZEROS = Entry(ZERO, None)
Entries = dict[int, Entry]
"""Leaf index in the shard -> what it holds."""


class ShardSummary(Model):
    """``root``: hex. ``written``: how many leaves this manifest or an ancestor ever named.
    ``parts``: who made its parts, as indexes of the manifest's ``lineage``, the oldest first."""

    root: str
    written: int
    parts: list[int]


class DiskManifest(Model):
    """``lineage``: ids of its ancestors, the oldest first, and its own. ``shards``: of every shard
    that was ever written."""

    id: str
    disk: int
    size_bytes: int
    lineage: list[str]
    shards: dict[int, ShardSummary] = {}
    root: str

    @property
    def written(self) -> int:
        """How many different leaves importing it, at once or by its ancestors, writes."""
        return sum(shard.written for shard in self.shards.values())


def encode(entries: Mapping[int, Entry]) -> bytes:
    packs = sorted({place.pack for entry in entries.values() for place in entry.places})
    number = {pack: index for index, pack in enumerate(packs)}
    patches = sum(len(entry.patches) for entry in entries.values())
    magic = _PATCHED if patches else _WHOLE
    parts = [_HEAD.pack(magic, len(packs), len(entries)), *map(bytes.fromhex, packs)]
    for index, entry in sorted(entries.items()):
        parts.append(_ENTRY.pack(index, entry.digest, *_where(entry.place, number)))
    if patches:
        parts.append(_COUNT.pack(patches))
    for index, entry in sorted(entries.items()):
        parts.extend(
            _PATCH.pack(index, _bits(one), one.digest, *_where(one.place, number))
            for one in entry.patches
        )
    return b"".join(parts)


def _where(place: Place | None, number: Mapping[str, int]) -> tuple[int, int, int]:
    return (_NO_PACK, 0, 0) if place is None else (number[place.pack], place.offset, place.length)


def decode(data: bytes) -> Entries:
    """Raises Corrupted."""
    try:
        magic, pack_count, count = _HEAD.unpack_from(data)
        if magic not in (_WHOLE, _PATCHED):
            raise Corrupted("It is no part of a manifest.")
        start = _HEAD.size + 16 * pack_count
        end = start + count * _ENTRY.size
        packs = [data[i : i + 16].hex() for i in range(_HEAD.size, start, 16)]
        patches = _patches(data[end:], packs) if magic == _PATCHED else {}
        entries = {
            index: Entry(digest, _place(packs, where), tuple(patches.get(index, ())))
            for index, digest, *where in _ENTRY.iter_unpack(data[start:end])
        }
    except (struct.error, IndexError) as error:
        raise Corrupted("A part of a manifest is cut short.") from error
    if len(entries) != count or any(index >= LEAVES_PER_SHARD for index in entries):
        raise Corrupted("A part of a manifest names a leaf twice, or one that cannot be.")
    return entries


def _patches(data: bytes, packs: list[str]) -> dict[int, list[Patch]]:
    [count] = _COUNT.unpack_from(data)
    rows = data[_COUNT.size : _COUNT.size + count * _PATCH.size]
    if len(rows) != count * _PATCH.size:
        raise struct.error
    found: dict[int, list[Patch]] = {}
    for index, bits, digest, *where in _PATCH.iter_unpack(rows):
        one = Patch(int.from_bytes(bits, "big"), digest, _place(packs, where))
        found.setdefault(index, []).append(one)
    return found


def _place(packs: list[str], where: list[int]) -> Place | None:
    pack, offset, length = where
    return None if pack == _NO_PACK else Place(packs[pack], offset, length)


def overlaid(layers: Iterable[Entries]) -> Entries:
    """What a shard holds: ``layers`` from the oldest ancestor on."""
    whole: Entries = {}
    for layer in layers:
        whole.update(layer)
    return whole


def differing(now: Entries, before: Entries) -> Entries:
    """What of ``now`` is not so in ``before``; a leaf that only ``now`` names counts, zeros too."""
    none = Entry(b"", None)
    return {i: one for i, one in now.items() if one.node != before.get(i, none).node}
