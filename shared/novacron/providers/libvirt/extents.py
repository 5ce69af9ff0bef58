"""What must be read of a disk, from what its allocation and its dirty bitmap say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from novacron.models.transfer import Extent
from novacron.providers.libvirt.nbd import protocol

MOST = 1024**3
"""What is asked about at once."""
Look = Callable[[int, int], dict[str, list[tuple[int, int]]]]
"""(offset, length) -> context -> runs of (length, flags) from there, maybe not up to the end."""


def extents_of(look: Look, bitmap: str | None, offset: int, length: int) -> Iterator[Extent]:
    """Without ``bitmap``: what is not zeros. With it: what is dirty, and a dirty hole as zeros."""
    pending: Extent | None = None
    for start, size, zero in _runs(look, bitmap, offset, length):
        if pending and pending.zero == zero and pending.offset + pending.length == start:
            pending = pending.model_copy(update={"length": pending.length + size})
            continue
        if pending:
            yield pending
        pending = Extent(offset=start, length=size, zero=zero)
    if pending:
        yield pending


def _runs(
    look: Look, bitmap: str | None, offset: int, length: int
) -> Iterator[tuple[int, int, bool]]:
    """(offset, length, whether it reads as zeros)."""
    end = offset + length
    while offset < end:
        told = look(offset, min(MOST, end - offset))
        changes = told[bitmap] if bitmap else [(end - offset, protocol.STATE_DIRTY)]
        for size, allocated, changed in _both(told[protocol.BASE_ALLOCATION], changes):
            # A server may say more than was asked.
            size = min(size, end - offset)
            zero = bool(allocated & protocol.STATE_ZERO)
            if size and changed & protocol.STATE_DIRTY and (bitmap or not zero):
                yield offset, size, zero
            offset += size


def _both(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> Iterator[tuple[int, int, int]]:
    """(length, flags of one, flags of other), as far as both say something."""
    left, right = iter(one), iter(other)
    (size, flags), (other_size, other_flags) = next(left), next(right)
    while True:
        step = min(size, other_size)
        yield step, flags, other_flags
        size, other_size = size - step, other_size - step
        try:
            if not size:
                size, flags = next(left)
            if not other_size:
                other_size, other_flags = next(right)
        except StopIteration:
            return
