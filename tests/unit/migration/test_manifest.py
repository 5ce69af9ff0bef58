"""Parts of manifests are read back as they were written, or refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.errors import Corrupted
from novacron.migration.leaves import LEAVES_PER_SHARD
from novacron.migration.manifest import ZEROS, Entry, Place, decode, encode, overlaid

_packs = st.sampled_from(["00" * 16, "ff" * 16, "0123456789abcdef" * 2])
_word = st.integers(0, 2**32 - 1)
_entries = st.one_of(
    st.just(ZEROS),
    st.builds(Entry, st.binary(min_size=32, max_size=32), st.builds(Place, _packs, _word, _word)),
)
_parts = st.dictionaries(st.integers(0, LEAVES_PER_SHARD - 1), _entries, max_size=50)


@given(_parts)
def test_a_part_is_read_as_it_was_written(entries: dict[int, Entry]) -> None:
    assert decode(encode(entries)) == entries


@given(_parts, st.data())
def test_a_part_that_was_cut_is_refused(entries: dict[int, Entry], data: st.DataObject) -> None:
    whole = encode(entries)
    with pytest.raises(Corrupted):
        decode(whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_a_later_layer_hides_an_earlier_one_with_zeros_too() -> None:
    old = Entry(b"o" * 32, Place("00" * 16, 0, 1))
    assert overlaid([{1: old, 2: old}, {2: ZEROS}]) == {1: old, 2: ZEROS}
