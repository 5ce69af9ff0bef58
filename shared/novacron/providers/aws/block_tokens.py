"""The tokens without which no block is read, as far as this process has seen them."""

from __future__ import annotations

from threading import Lock

HOLE = ""
"""In the place of the token of a block that the snapshot does not have."""

KEPT = 8192
"""Tokens of up to 256 characters: about 4 MB, the blocks of four shards."""


class BlockTokens:
    """Forgets the oldest: what is lost costs a listing, and nothing else."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._tokens: dict[tuple[str, int], str] = {}

    def get(self, snapshot_id: str, index: int) -> str | None:
        return self._tokens.get((snapshot_id, index))

    def keep(self, snapshot_id: str, tokens: dict[int, str]) -> None:
        with self._lock:
            for index, token in tokens.items():
                self._tokens[snapshot_id, index] = token
            while len(self._tokens) > KEPT:
                del self._tokens[next(iter(self._tokens))]

    def forget(self, snapshot_id: str, index: int, token: str) -> None:
        """Unless another thread has brought a newer one."""
        with self._lock:
            if self._tokens.get((snapshot_id, index)) == token:
                del self._tokens[snapshot_id, index]
