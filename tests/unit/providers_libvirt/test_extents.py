"""Extents against a byte-by-byte reckoning, whatever pieces the server answers in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from novacron.providers.libvirt.extents import extents_of
from novacron.providers.libvirt.nbd.protocol import BASE_ALLOCATION, STATE_DIRTY, STATE_ZERO

BITMAP = "qemu:dirty-bitmap:changed"
SIZE = 24
FLAGS = st.lists(st.integers(0, 1), min_size=SIZE, max_size=SIZE)


def _runs(flags: list[int], most: int, piece: int) -> list[tuple[int, int]]:
    """At most ``most`` runs of at most ``piece`` bytes."""
    found: list[tuple[int, int]] = []
    for flag in flags:
        if found and found[-1][1] == flag and found[-1][0] < piece:
            found[-1] = (found[-1][0] + 1, flag)
        else:
            found.append((1, flag))
    return found[:most]


@given(
    zeros=FLAGS,
    dirty=st.none() | FLAGS,
    most=st.integers(1, 5),
    piece=st.integers(1, SIZE),
    window=st.tuples(st.integers(0, SIZE - 1), st.integers(1, SIZE)),
)
def test_each_byte_is_told_once_or_not_at_all(
    zeros: list[int],
    dirty: list[int] | None,
    most: int,
    piece: int,
    window: tuple[int, int],
) -> None:
    def look(offset: int, _: int) -> dict[str, list[tuple[int, int]]]:
        allocation = [flag * STATE_ZERO for flag in zeros[offset:]]
        told = {BASE_ALLOCATION: _runs(allocation, most, piece)}
        if dirty is not None:
            told[BITMAP] = _runs([flag * STATE_DIRTY for flag in dirty[offset:]], 3, SIZE)
        return told

    start, length = window[0], min(window[1], SIZE - window[0])
    bitmap = None if dirty is None else BITMAP
    seen: dict[int, bool] = {}
    for one in extents_of(look, bitmap, start, length):
        for byte in range(one.offset, one.offset + one.length):
            assert byte not in seen
            assert byte > max(seen, default=-1)
            seen[byte] = one.zero
    every = range(start, start + length)
    if dirty is None:
        assert seen == {byte: False for byte in every if not zeros[byte]}
    else:
        assert seen == {byte: bool(zeros[byte]) for byte in every if dirty[byte]}
