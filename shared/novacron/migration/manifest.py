"""What a disk holds, by reference: a manifest a disk, a part of it for every GiB that changed.

A shard's content is its parts one over the other, this manifest's and its ancestors'; leaves that
none of them names are zeros. A manifest says which parts those are, so that reading a shard costs
the parts that changed it and not the length of the chain; where they get many, a part is written
that names everything. A part is a file of its own, made by one worker, so that a copy that was
killed goes on with the parts that are missing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from novacron.errors import Corrupted
from novacron.migration.leaves import LEAVES_PER_SHARD, ZERO
from novacron.models.base import Model

_MAGIC = b"NVS1"
_HEAD = struct.Struct(">4sHH")
_ENTRY = struct.Struct(">H32sHII")
_NO_PACK = 0xFFFF


@dataclass(frozen=True)
class Place:
    """Where a leaf is kept: bytes [offset, offset + length) of a pack."""

    pack: str
    offset: int
    length: int


@dataclass(frozen=True)
class Entry:
    """A leaf by its digest; ``place`` is None for zeros alone."""

    digest: bytes
    place: Place | None


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
    packs = sorted({entry.place.pack for entry in entries.values() if entry.place})
    number = {pack: index for index, pack in enumerate(packs)}
    parts = [_HEAD.pack(_MAGIC, len(packs), len(entries)), *map(bytes.fromhex, packs)]
    for index, entry in sorted(entries.items()):
        place = entry.place
        where = (_NO_PACK, 0, 0) if place is None else (number[place.pack], *_span(place))
        parts.append(_ENTRY.pack(index, entry.digest, *where))
    return b"".join(parts)


def _span(place: Place) -> tuple[int, int]:
    return place.offset, place.length


def decode(data: bytes) -> Entries:
    """Raises Corrupted."""
    try:
        magic, pack_count, count = _HEAD.unpack_from(data)
        if magic != _MAGIC:
            raise Corrupted("It is no part of a manifest.")
        start = _HEAD.size + 16 * pack_count
        packs = [data[i : i + 16].hex() for i in range(_HEAD.size, start, 16)]
        rows = _ENTRY.iter_unpack(data[start : start + count * _ENTRY.size])
        entries = {
            index: Entry(digest, None if pack == _NO_PACK else Place(packs[pack], offset, length))
            for index, digest, pack, offset, length in rows
        }
    except (struct.error, IndexError) as error:
        raise Corrupted("A part of a manifest is cut short.") from error
    if len(entries) != count or any(index >= LEAVES_PER_SHARD for index in entries):
        raise Corrupted("A part of a manifest names a leaf twice, or one that cannot be.")
    return entries


def overlaid(layers: Iterable[Entries]) -> Entries:
    """What a shard holds: ``layers`` from the oldest ancestor on."""
    whole: Entries = {}
    for layer in layers:
        whole.update(layer)
    return whole


def differing(now: Entries, before: Entries) -> Entries:
    """What of ``now`` is not so in ``before``; a leaf that only ``now`` names counts, zeros too."""
    none = Entry(b"", None)
    return {i: one for i, one in now.items() if one.digest != before.get(i, none).digest}
