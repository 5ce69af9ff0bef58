"""The tree over a disk: worked out a second way, by hashing every node."""

from __future__ import annotations

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from novacron.migration.leaves import (
    LEAVES_PER_SHARD,
    SHARD_BYTES,
    ZERO,
    digest_of,
    disk_root,
    is_zero,
    shard_root,
)


def _plain(nodes: list[bytes]) -> bytes:
    while len(nodes) > 1:
        pairs = zip(nodes[::2], nodes[1::2], strict=True)
        nodes = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    return nodes[0]


@given(st.dictionaries(st.integers(0, LEAVES_PER_SHARD - 1), st.binary(min_size=1), max_size=20))
def test_a_sparse_tree_has_the_root_of_the_whole_one(leaves: dict[int, bytes]) -> None:
    digests = {index: digest_of(leaf) for index, leaf in leaves.items()}
    whole = [digests.get(index, ZERO) for index in range(LEAVES_PER_SHARD)]
    expected = _plain(whole) if any(one != ZERO for one in whole) else ZERO
    assert shard_root(digests) == expected


def test_a_disks_root_depends_on_its_size_and_on_where_things_are() -> None:
    some = sha256(b"some").digest()
    roots = {disk_root({n: some}, size * SHARD_BYTES) for n in (0, 1) for size in (2, 3, 4)}
    assert len(roots) == 6


@given(st.binary(max_size=64))
def test_zeros_are_told_from_all_else(data: bytes) -> None:
    assert is_zero(data) == (not data.strip(b"\0"))
    assert (digest_of(data) == ZERO) == is_zero(data)
