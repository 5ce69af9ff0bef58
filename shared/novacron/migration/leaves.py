"""Leaves, shards and the Merkle tree over them.

A disk is cut into leaves of 512 KiB and shards of 2,048 leaves (1 GiB). A leaf's digest is the
SHA-256 of its bytes; a leaf of zeros has 32 zero bytes instead, so that it costs nothing to hash,
to keep or to name. A shard's root is a binary Merkle tree over its 2,048 digests, the disk's root
one over the shards' roots; absent leaves and shards count as zeros. Inner nodes are
SHA-256(0x01 || left || right), so that no node can pass for a leaf
(https://www.rfc-editor.org/rfc/rfc6962#section-2.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256

from novacron.providers.transfer import LEAF_BYTES

LEAVES_PER_SHARD = 2048
SHARD_BYTES = LEAF_BYTES * LEAVES_PER_SHARD
ZERO = bytes(32)
"""The digest of a leaf, or of a tree, that holds nothing but zeros."""
_ZEROS = bytes(LEAF_BYTES)


def digest_of(leaf: bytes) -> bytes:
    return ZERO if is_zero(leaf) else sha256(leaf).digest()


def is_zero(data: bytes) -> bool:
    # Runs at memcmp speed, copies nothing and stops at the first byte that differs.
    return data == (_ZEROS if len(data) == LEAF_BYTES else bytes(len(data)))


def shard_count(size_bytes: int) -> int:
    return -(-size_bytes // SHARD_BYTES)


def shard_root(digests: Mapping[int, bytes]) -> bytes:
    """``digests``: leaf index in the shard -> digest; ZERO when nothing else is in it."""
    return _root(digests, LEAVES_PER_SHARD)


def disk_root(roots: Mapping[int, bytes], size_bytes: int) -> bytes:
    """``roots``: shard number -> root. The size is part of it."""
    leaves = 1
    while leaves < shard_count(size_bytes):
        leaves *= 2
    return sha256(size_bytes.to_bytes(8, "big") + _root(roots, leaves)).digest()


def _root(nodes: Mapping[int, bytes], width: int) -> bytes:
    level = {index: node for index, node in nodes.items() if node != ZERO}
    height = 0
    while width > 1:
        empty = _empty(height)
        parents = {index // 2 for index in level}
        level = {
            parent: _node(level.get(2 * parent, empty), level.get(2 * parent + 1, empty))
            for parent in parents
        }
        width, height = width // 2, height + 1
    return level.get(0, ZERO)


@cache
def _empty(height: int) -> bytes:
    """The root of an empty tree: within a tree that is not empty, its place is hashed."""
    return ZERO if height == 0 else _node(_empty(height - 1), _empty(height - 1))


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
