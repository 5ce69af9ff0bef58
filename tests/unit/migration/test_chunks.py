"""The chunk store: what is kept, what is sent twice, who may read it."""

from __future__ import annotations

import os

import pytest

from novacron.errors import Corrupted, NotFound
from novacron.migration.chunks import ChunkStore
from novacron.migration.index import MemoryIndex
from novacron.migration.leaves import digest_of
from novacron.migration.manifest import Entry, Place
from novacron.migration.objects import ObjectStore
from novacron.migration.packs import PACK_BYTES
from novacron.migration.sealing import TenantKey
from novacron.providers.transfer import LEAF_BYTES

KEY = bytes(range(32))


@pytest.fixture
def chunks() -> ChunkStore:
    return ChunkStore(ObjectStore.at("memory:///"), "acme", TenantKey(KEY), MemoryIndex())


def _keep(chunks: ChunkStore, *leaves: bytes) -> list[Entry]:
    packer = chunks.packer("job")
    digests = [digest_of(leaf) for leaf in leaves]
    for digest, leaf in zip(digests, leaves, strict=True):
        packer.add({digest: leaf})
    packer.close()
    return [Entry(digest, packer.place_of(digest)) for digest in digests]


def test_leaves_come_back_and_equal_ones_are_kept_once(chunks: ChunkStore) -> None:
    one, two = os.urandom(LEAF_BYTES), b"short and last"
    entries = _keep(chunks, one, two, one)
    assert entries[0] == entries[2]
    assert chunks.read_leaf(entries[0], LEAF_BYTES) == one
    assert chunks.read_leaf(entries[1], len(two)) == two
    packs = list(chunks.objects.list("acme/packs"))
    assert _keep(chunks, two, one) == [entries[1], entries[0]]
    assert list(chunks.objects.list("acme/packs")) == packs


def test_packs_are_about_eight_mebibytes(chunks: ChunkStore) -> None:
    _keep(chunks, *(os.urandom(LEAF_BYTES) for _ in range(40)))
    sizes = [len(chunks.objects.get(path)) for path in chunks.objects.list("acme/packs")]
    assert sorted(size < PACK_BYTES for size in sizes) == [False, False, True]
    assert max(sizes) < PACK_BYTES + LEAF_BYTES + 1024


def test_what_was_changed_in_the_store_is_refused(chunks: ChunkStore) -> None:
    [entry] = _keep(chunks, b"something")
    assert entry.place is not None
    path = chunks.pack_path(entry.place.pack)
    stored = chunks.objects.get(path)
    chunks.objects.put(path, stored[:-1] + bytes([stored[-1] ^ 1]))
    with pytest.raises(Corrupted):
        chunks.read_leaf(entry, 9)


def test_a_leaf_does_not_pass_for_another(chunks: ChunkStore) -> None:
    one, two = _keep(chunks, b"one", b"two")
    with pytest.raises(Corrupted):
        chunks.read_leaf(Entry(one.digest, two.place), 3)


def test_another_tenants_key_opens_nothing(chunks: ChunkStore) -> None:
    [entry] = _keep(chunks, b"secret")
    other = ChunkStore(chunks.objects, "acme", TenantKey(bytes(32)), MemoryIndex())
    with pytest.raises(Corrupted):
        other.read_leaf(entry, 6)
    stored = b"".join(chunks.objects.get(path) for path in chunks.objects.list("acme"))
    assert b"secret" not in stored


def test_a_place_that_does_not_exist_is_not_found(chunks: ChunkStore) -> None:
    with pytest.raises(NotFound):
        chunks.read_leaf(Entry(b"x" * 32, Place("00" * 16, 0, 8)), 1)
