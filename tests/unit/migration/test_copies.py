"""Random disks, random changes and random ways to tell them: what arrives is what was there."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novacron.models.transfer import Extent
from novacron.providers.transfer import LEAF_BYTES
from tests.unit.migration.disks import (
    LEAVES_OF_SHARD,
    Content,
    Disk,
    copy_in,
    copy_out,
    everything,
    store,
)

SIZES = [
    512,
    LEAF_BYTES,
    5 * LEAF_BYTES + 1536,
    (LEAVES_OF_SHARD + 3) * LEAF_BYTES + 512,
]
SECTOR = 512


def _leaves(size: int) -> list[int]:
    """Some that matter: the first, the last, and those around a shard's end."""
    count = -(-size // LEAF_BYTES)
    near = {0, 1, 2, 3, count - 2, count - 1, LEAVES_OF_SHARD - 1, LEAVES_OF_SHARD}
    return sorted(n for n in near if 0 <= n < count)


def _leaf(kind: int, length: int) -> bytes:
    """Few kinds, so that equal leaves and a return of what was are common."""
    if kind == 0:
        return b""
    return (b"" if kind < 3 else bytes(length - 1)).ljust(length - 1, b"%d" % kind) + b"\1"


@st.composite
def _content(draw: st.DrawFn, disk: Disk) -> Content:
    kinds = {n: draw(st.integers(0, 4)) for n in _leaves(disk.size)}
    return {n: _leaf(kind, disk.length(n)) for n, kind in kinds.items() if kind}


@st.composite
def _told(draw: st.DrawFn, disk: Disk, before: Content, now: Content) -> list[Extent]:
    """Extents for what differs, and for some that does not; leaves cut at a sector now and then,
    zeros told as such or not."""
    told = []
    for leaf in _leaves(disk.size):
        if before.get(leaf) == now.get(leaf) and not draw(st.booleans()):
            continue
        start, length = leaf * LEAF_BYTES, disk.length(leaf)
        zero = leaf not in now and draw(st.booleans())
        cut = draw(st.integers(0, length // SECTOR)) * SECTOR
        for offset, size in ((start, cut), (start + cut, length - cut)):
            # Told half: the provider may know that the rest did not change.
            if size:
                told.append(Extent(offset=offset, length=size, zero=zero))
                zero = zero and draw(st.booleans())
    return told


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(SIZES), st.integers(1, 11), st.data())
def test_an_imported_disk_is_its_source_after_every_round(
    size: int, rounds: int, data: st.DataObject
) -> None:
    source, target, chunks = Disk(size), Disk(size), store()
    manifest = None
    imported = None
    ever: set[int] = set()
    for number in range(rounds):
        before = source.content
        source.content = data.draw(_content(source))
        forgotten = manifest is None or data.draw(st.integers(0, 5)) == 0
        source.told = data.draw(_told(source, {} if forgotten else before, source.content))
        export = source.export(number, None if forgotten else number - 1)
        manifest = copy_out(source, chunks, export, manifest)
        fresh = Disk(size)
        fresh.content = source.content
        fresh.told = everything(fresh)
        assert copy_out(fresh, store(), fresh.export(0, None), None).root == manifest.root
        ever |= source.content.keys()
        assert manifest.written == len(ever)
        if number == rounds - 1 or data.draw(st.booleans()):
            copy_in(target, chunks, manifest, imported)
            imported = manifest.id
            assert target.imported() == source.content
            assert len(target.written) == manifest.written
    assert manifest is not None
    late = Disk(size)
    copy_in(late, chunks, manifest, None)
    assert late.imported() == source.content
    assert len(late.written) == manifest.written
    assert max((len(one.parts) for one in manifest.shards.values()), default=0) <= 8
