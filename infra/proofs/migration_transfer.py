"""A disk through the chunk store against qemu-img convert; memory that its size leaves alone."""

from __future__ import annotations

from bench.transfer import MIB, compared, memory

FULL, DELTA = 40.0, 1.0
"""Times qemu-img's copy, which neither hashes nor compresses nor encrypts, and which is all there
is to repeat where changes are not known. On two busy cores ours was 16 and 0.1 times that."""
MOST_MIB, GROWTH = 400.0, 1.2
"""Eight workers with 4 MiB of leaves, as much sealed and a pack of 8 to 12 MiB each."""
SPARSE = 64 * MIB


def prove() -> str:
    found = compared(size=256 * MIB, used=256 * MIB, rounds=2)
    small, large = memory(1, SPARSE), memory(100, SPARSE)
    told = f"{found}; peak memory {small:.0f} MiB for 1 GiB, {large:.0f} MiB for 100 GiB sparse"
    if found.full > FULL or found.delta / found.qemu_img > DELTA:
        raise AssertionError(told)
    if max(small, large) > MOST_MIB or large > GROWTH * small:
        raise AssertionError(told)
    return told
