"""Masks of grains against the sets of bytes that they stand for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.migration.grains import (
    GAP,
    GRAINS,
    closed,
    covered,
    cut,
    pasted,
    size_of,
    spans,
    touching,
)
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES

LENGTHS = [LEAF_BYTES, 512, GRAIN_BYTES, 5 * GRAIN_BYTES + 1536]


@st.composite
def _masked(draw: st.DrawFn) -> tuple[int, int]:
    """(a mask, a leaf's length that has these grains)."""
    length = draw(st.sampled_from(LENGTHS))
    count = -(-length // GRAIN_BYTES)
    return draw(st.integers(0, 2**count - 1)), length


@given(st.sampled_from(LENGTHS), st.data())
def test_a_range_touches_more_than_it_covers(length: int, data: st.DataObject) -> None:
    end = data.draw(st.integers(1, length // 512)) * 512
    start = data.draw(st.integers(0, end // 512 - 1)) * 512
    count = -(-length // GRAIN_BYTES)
    for index in range(count):
        first, last = index * GRAIN_BYTES, min((index + 1) * GRAIN_BYTES, length)
        assert bool(touching(start, end) >> index & 1) == (start < last and first < end)
        assert bool(covered(start, end, length) >> index & 1) == (start <= first and last <= end)


@given(_masked())
def test_spans_are_the_runs_of_the_grains(masked: tuple[int, int]) -> None:
    mask, length = masked
    found = list(spans(mask, length))
    assert all(start < end for start, end in found)
    assert all(end < start for (_, end), (start, _) in pairwise(found))
    assert mask == sum(touching(start, end) for start, end in found)
    assert size_of(mask, length) == sum(end - start for start, end in found)


@given(_masked())
def test_what_was_cut_is_pasted_where_it_was(masked: tuple[int, int]) -> None:
    mask, length = masked
    leaf = bytes(index // 512 % 251 + 1 for index in range(length))
    patch = cut(mask, leaf)
    assert len(patch) == size_of(mask, length)
    other = bytearray(length)
    pasted(other, mask, patch)
    inside = {at for start, end in spans(mask, length) for at in range(start, end, 512)}
    for at in range(0, length, 512):
        assert (other[at : at + 512] == leaf[at : at + 512]) == (at in inside)


@pytest.mark.parametrize(
    ("indexes", "expected"),
    [
        ([], []),
        ([5], [5]),
        ([0, GAP + 1], list(range(GAP + 2))),
        ([0, GAP + 2], [0, GAP + 2]),
        ([3, 5, 5 + GAP + 2, GRAINS - 1], [3, 4, 5, 5 + GAP + 2, GRAINS - 1]),
    ],
)
def test_small_gaps_are_closed(indexes: list[int], expected: list[int]) -> None:
    assert closed(sum(1 << index for index in indexes)) == sum(1 << index for index in expected)
