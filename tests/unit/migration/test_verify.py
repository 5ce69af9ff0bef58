"""The target's disks are compared with what was sent: whole once, then what the deltas wrote."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest

from novacron.errors import Corrupted
from novacron.migration import control
from novacron.migration.leaves import LEAVES_PER_SHARD, SHARD_BYTES
from novacron.migration.verify import (
    Verified,
    linear_checksum,
    shards_to_verify,
    verify_shard,
)
from novacron.models.migration import Phase
from novacron.models.transfer import Extent, Import
from novacron.providers.memory.provider import MemoryProvider
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES
from tests.machine import Held
from tests.unit.migration.conftest import Move
from tests.unit.migration.disks import Disk, copy_in, copy_out, everything, store
from tests.world import ALICE

SIZE = SHARD_BYTES + 3 * LEAF_BYTES + 1000
"""A whole shard, and one whose last leaf is short."""
SHORT = LEAVES_PER_SHARD + 3


class Readable(Disk):
    """``stubborn``: leaves that stay wrong whatever is written."""

    stubborn: frozenset[int] = frozenset()

    def read_back(self, target: Import, offset: int, length: int) -> bytes:
        first, end = offset // LEAF_BYTES, -(-(offset + length) // LEAF_BYTES)
        held = (self.written.get(n, bytes(self.length(n))) for n in range(first, end))
        wrong = self.stubborn & set(range(first, end))
        return b"".join(held) if not wrong else bytes(length)


def _copied(chunks: Any, there: Readable | None = None) -> tuple[Readable, Any]:
    disk, there = Disk(SIZE), there or Readable(SIZE)
    for leaf in (0, 7, SHORT):
        disk.content[leaf] = os.urandom(disk.length(leaf))
    disk.told = everything(disk)
    manifest = copy_out(disk, chunks, disk.export(1, None), None)
    copy_in(there, chunks, manifest, None)
    return there, manifest


def _verified(there: Readable, chunks: Any, manifest: Any, since: str | None = None) -> Verified:
    shards = shards_to_verify(chunks, manifest, since)
    found = [
        verify_shard(chunks, there, there.target(), manifest, shard, since) for shard in shards
    ]
    read = sum(one.read_bytes for one in found)
    return Verified(read_bytes=read, resent=[leaf for one in found for leaf in one.resent])


def test_every_byte_of_the_disk_is_read_once() -> None:
    chunks = store()
    there, manifest = _copied(chunks)
    assert _verified(there, chunks, manifest) == Verified(read_bytes=SIZE)


class Telling(Readable):
    """Tells where it is written."""

    def allocated(self, target: Import, offset: int, length: int) -> Iterator[Extent]:
        for leaf in sorted(self.written):
            if offset <= leaf * LEAF_BYTES < offset + length:
                yield Extent(offset=leaf * LEAF_BYTES, length=self.length(leaf))


def test_zeros_are_not_read_where_nothing_is_written() -> None:
    chunks = store()
    there, manifest = _copied(chunks, Telling(SIZE))
    assert _verified(there, chunks, manifest).read_bytes == sum(map(len, there.written.values()))


def test_what_is_written_or_should_be_is_read() -> None:
    """A leaf that was lost, and something in a hole."""
    chunks = store()
    there, manifest = _copied(chunks, Telling(SIZE))
    before = there.imported()
    del there.written[0]
    there.written[5] = b"x" * LEAF_BYTES
    assert _verified(there, chunks, manifest).resent == [0, 5]
    assert there.imported() == before


@pytest.mark.parametrize("leaf", [0, 5, SHORT], ids=["data", "a hole", "the short last"])
def test_a_leaf_that_differs_is_sent_again(leaf: int) -> None:
    chunks = store()
    there, manifest = _copied(chunks)
    before = there.imported()
    there.written[leaf] = b"x" * there.length(leaf)
    assert _verified(there, chunks, manifest).resent == [leaf % LEAVES_PER_SHARD]
    assert there.imported() == before
    assert _verified(there, chunks, manifest).resent == []


def test_a_leaf_that_stays_wrong_is_named() -> None:
    chunks = store()
    there, manifest = _copied(chunks)
    there.stubborn = frozenset({SHORT})
    with pytest.raises(Corrupted, match=f"Disk 0, leaf {SHORT} "):
        _verified(there, chunks, manifest)


def test_after_a_delta_only_what_it_wrote_is_read() -> None:
    chunks = store()
    disk, there = Disk(SIZE), Readable(SIZE)
    disk.content[0] = os.urandom(LEAF_BYTES)
    disk.told = everything(disk)
    first = copy_out(disk, chunks, disk.export(1, None), None)
    copy_in(there, chunks, first, None)
    disk.content[9] = os.urandom(LEAF_BYTES)
    disk.told = [Extent(offset=9 * LEAF_BYTES, length=LEAF_BYTES)]
    second = copy_out(disk, chunks, disk.export(2, 1), first)
    copy_in(there, chunks, second, first.id)
    assert _verified(there, chunks, second, first.id) == Verified(read_bytes=LEAF_BYTES)


def test_the_linear_checksum_is_that_of_ebs() -> None:
    """base64 aside: of the raw digests of all written blocks, the short one filled up."""
    chunks = store()
    there, manifest = _copied(chunks)
    blocks = [there.written[leaf].ljust(LEAF_BYTES, b"\0") for leaf in sorted(there.written)]
    told = b"".join(sha256(block).digest() for block in blocks)
    assert linear_checksum(chunks, manifest) == sha256(told).digest()


@pytest.mark.parametrize("grain", [GRAIN_BYTES, LEAF_BYTES])
def test_patched_leaves_are_compared_by_what_they_make(grain: int) -> None:
    chunks = store()
    disk, there = Disk(SIZE, reads=GRAIN_BYTES), Readable(SIZE, writes=grain)
    for leaf in (0, 7, SHORT):
        disk.content[leaf] = os.urandom(disk.length(leaf))
    disk.told = everything(disk)
    first = copy_out(disk, chunks, disk.export(1, None), None)
    copy_in(there, chunks, first, None)
    disk.content[7] = os.urandom(GRAIN_BYTES) + disk.content[7][GRAIN_BYTES:]
    disk.told = [Extent(offset=7 * LEAF_BYTES, length=GRAIN_BYTES)]
    second = copy_out(disk, chunks, disk.export(2, 1), first)
    assert chunks.view(second, 0)[7].patches
    copy_in(there, chunks, second, first.id)
    assert _verified(there, chunks, second) == Verified(read_bytes=SIZE)
    there.written[7] = bytes(LEAF_BYTES)
    assert _verified(there, chunks, second, first.id).resent == [7]
    assert there.imported() == disk.content
    blocks = [there.written[leaf].ljust(LEAF_BYTES, b"\0") for leaf in sorted(there.written)]
    told = b"".join(sha256(block).digest() for block in blocks)
    assert linear_checksum(chunks, second) == sha256(told).digest()


def _broken(move: Move, monkeypatch: pytest.MonkeyPatch, times: int) -> Callable[[], int]:
    """The target loses what is written to leaf 5, so often; says how often it has."""
    lost: list[int] = []
    write = MemoryProvider.write

    def losing(self: MemoryProvider, target: Import, offset: int, data: bytes) -> None:
        if offset == 5 * LEAF_BYTES and len(lost) < times:
            lost.append(offset)
            data = b"x" * len(data)
        write(self, target, offset, data)

    monkeypatch.setattr(MemoryProvider, "write", losing)
    return lambda: len(lost)


def test_a_migration_sends_a_lost_leaf_again(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = _broken(move, monkeypatch, 1)
    operation = move.begin()
    assert move.machine(operation).run() == "Succeeded"
    assert lost() == 1
    assert move.migration(operation).rounds[0].resent_leaves == 1


def test_a_migration_whose_target_keeps_losing_it_is_undone(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    _broken(move, monkeypatch, 99)
    operation = move.begin()
    assert move.machine(operation).run() == "Failed"
    told = move.migration(operation)
    assert told.phase is Phase.ROLLED_BACK
    assert told.error is not None
    assert told.error.code == "corrupted"
    assert "Disk 1, leaf 5 " in told.error.detail
    assert move.running() == ["source"]
    with move.target.opened():
        assert not move.target.cloud.volumes


def test_the_downtime_reads_back_only_what_the_last_round_wrote(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    operation = move.begin(cutover="approved")
    with pytest.raises(Held):
        move.machine(operation).run()
    move.write(1, 77, os.urandom(LEAF_BYTES))
    read: list[int] = []
    back = MemoryProvider.read_back

    def reading(self: MemoryProvider, target: Import, offset: int, length: int) -> bytes:
        read.append(length)
        return back(self, target, offset, length)

    monkeypatch.setattr(MemoryProvider, "read_back", reading)
    control.cut_over(move.world.services, ALICE, move.migration(operation).id)
    assert move.machine(operation).run() == "Succeeded"
    assert read == [LEAF_BYTES]
