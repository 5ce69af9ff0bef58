"""Random writes moved as patches of leaves against whole leaves: bytes sent, in one run."""

from __future__ import annotations

from bench.moving.deltas import GIB, MIB, WAYS, deltas

SIZE, WRITES = 2 * GIB, 240
"""As dense as a minute of 200 writes a second on 100 GiB."""
LEAST = {64 * 1024: 5, 4096: 20}
"""Times fewer bytes, where changes are told so finely. Compressed they are about 8 and 80."""


def prove() -> str:
    found = {WAYS[way]: one for way, one in deltas(SIZE, WRITES).items()}
    leaves = found.pop(512 * 1024).sent
    told = f"{leaves / MIB:.0f} MiB as whole leaves; " + ", ".join(
        f"{one.sent / MIB:.1f} MiB told in {least // 1024} KiB" for least, one in found.items()
    )
    if any(one.sent * LEAST[least] > leaves for least, one in found.items()):
        raise AssertionError(told)
    return told
