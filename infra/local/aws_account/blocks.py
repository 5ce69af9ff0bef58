"""Block contents on disk, each once, named by SHA-256. Holes take no room."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from threading import get_ident

# https://docs.aws.amazon.com/ebs/latest/userguide/ebs-accessing-snapshot.html: 512 KiB blocks.
BLOCK_SIZE = 524288
BLOCKS_PER_GIB = 1024**3 // BLOCK_SIZE
ZEROS = bytes(BLOCK_SIZE)


class BlockStore:
    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """Keep one whole block; returns its digest in hex. Raises ValueError for another size."""
        if len(data) != BLOCK_SIZE:
            raise ValueError(f"a block is {BLOCK_SIZE} bytes, not {len(data)}")
        digest = sha256(data).hexdigest()
        path = self._path(digest)
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            partial = path.with_suffix(f".{os.getpid()}.{get_ident()}")
            partial.write_bytes(data)
            partial.replace(path)
        return digest

    def get(self, digest: str) -> bytes:
        return self._path(digest).read_bytes()

    def sweep(self, live: set[str]) -> int:
        """Delete blocks that nothing refers to; returns how many."""
        dead = [path for path in self._root.glob("*/*") if path.name not in live]
        for path in dead:
            path.unlink()
        return len(dead)

    def _path(self, digest: str) -> Path:
        return self._root / digest[:2] / digest
