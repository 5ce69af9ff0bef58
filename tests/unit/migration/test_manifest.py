"""Parts of manifests are read back as they were written, or refused."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.errors import Corrupted
from novacron.migration.grains import GRAINS
from novacron.migration.leaves import LEAVES_PER_SHARD
from novacron.migration.manifest import ZEROS, Entry, Patch, Place, decode, encode, overlaid

_packs = st.sampled_from(["00" * 16, "ff" * 16, "0123456789abcdef" * 2])
_word = st.integers(0, 2**32 - 1)
_digests = st.binary(min_size=32, max_size=32)
_places = st.one_of(st.none(), st.builds(Place, _packs, _word, _word))
_patches = st.builds(Patch, st.integers(1, 2**GRAINS - 1), _digests, _places)
_over = st.lists(_patches, max_size=3).map(tuple)
_entries = st.one_of(st.just(ZEROS), st.builds(Entry, _digests, _places, _over))
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


def test_a_part_without_patches_is_as_it_was_before_there_were_any() -> None:
    """Written by hand after the layout of 2025: agents and stores have such parts."""
    old = (
        b"NVS1" + bytes([0, 1, 0, 2]) + bytes(range(16))
        + bytes([0, 3]) + b"d" * 32 + bytes([0, 0, 0, 0, 0, 7, 0, 0, 0, 9])
        + bytes([7, 255]) + bytes(32) + bytes([255, 255]) + bytes(8)
    )  # fmt: skip
    told = {3: Entry(b"d" * 32, Place(bytes(range(16)).hex(), 7, 9)), 2047: ZEROS}
    assert decode(old) == told
    assert encode(told) == old


def test_what_stands_for_a_leaf_tells_how_it_is_put_together() -> None:
    place, other = Place("00" * 16, 0, 1), Place("ff" * 16, 2, 3)
    base = Entry(b"b" * 32, place)
    one, two = Patch(1, b"p" * 32, place), Patch(2, b"q" * 32, None)
    entries = [
        base,
        Entry(base.digest, place, (one,)),
        Entry(base.digest, place, (one, two)),
        Entry(base.digest, place, (two, one)),
        Entry(base.digest, place, (Patch(3, one.digest, place),)),
        Entry(b"c" * 32, place, (one,)),
    ]
    assert len({entry.node for entry in entries}) == len(entries)
    assert Entry(base.digest, other, (Patch(1, one.digest, other),)).node == entries[1].node
    over = (1).to_bytes(16, "big") + one.digest
    assert entries[1].node == sha256(b"\x02" + base.digest + over).digest()


def test_patches_are_told_from_the_state_before() -> None:
    one, two = Patch(1, b"p" * 32, None), Patch(1, b"q" * 32, None)
    leaf, other = Entry(b"b" * 32, None, (one, two)), Entry(b"c" * 32, None)
    assert leaf.beyond(Entry(leaf.digest, None)) == (one, two)
    assert leaf.beyond(Entry(leaf.digest, None, (one,))) == (two,)
    assert leaf.beyond(leaf) == ()
    for before in (
        Entry(leaf.digest, None, (two,)),
        Entry(leaf.digest, None, (one, two, one)),
        other,
    ):
        assert leaf.beyond(before) is None
