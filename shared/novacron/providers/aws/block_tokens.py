"""What this process has learned of snapshots, which do not change: blocks' tokens, and gaps."""

from __future__ import annotations

from threading import Lock

HOLE = ""
"""In the place of the token of a block that the snapshot does not have."""

KEPT = 8192
"""Tokens of up to 256 characters: about 4 MB, the blocks of four shards."""

GAPS_KEPT = 256


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


class Gaps:
    """Where a listing's next block is, from the place where the last one ended: a listing begins
    there, and not by walking the same empty pages again for each shard."""

    def __init__(self) -> None:
        self._gaps: dict[tuple[str, str | None], tuple[int, int]] = {}

    def behind(self, snapshot_id: str, since_id: str | None, start: int) -> int:
        """The first block from ``start`` on that may be listed."""
        begin, end = self._gaps.get((snapshot_id, since_id), (0, 0))
        return end if begin <= start < end else start

    def keep(self, snapshot_id: str, since_id: str | None, begin: int, end: int) -> None:
        """Nothing is listed in [begin, end)."""
        if len(self._gaps) >= GAPS_KEPT:
            self._gaps.clear()
        self._gaps[snapshot_id, since_id] = begin, end
