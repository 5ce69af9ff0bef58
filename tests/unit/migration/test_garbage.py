"""Collecting garbage: what is not needed goes in time, what is needed never does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novacron.errors import Corrupted, NotFound
from novacron.migration.chunks import ChunkStore
from novacron.migration.garbage import Collected, collect
from novacron.migration.grains import GRAINS
from novacron.migration.index import MemoryIndex
from novacron.migration.manifest import DiskManifest
from novacron.migration.transfer import export_shard, seal_manifest
from novacron.models.transfer import Export, Extent
from novacron.providers.transfer import GRAIN_BYTES, LEAF_BYTES
from tests.unit.migration.disks import Content, Disk, Fragile, Killed, copy_in, everything, store

GRACE = timedelta(hours=10)
HOUR = timedelta(hours=1)
LEAVES = 4


class Clocked:
    """An object store with a clock of its own, and something that happens at its n-th call."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.there: dict[str, tuple[bytes, datetime]] = {}
        self.calls = 0
        self.then: dict[int, Callable[[], object]] = {}

    def _called(self) -> None:
        self.calls += 1
        self.then.pop(self.calls, lambda: None)()

    def put(self, path: str, data: bytes) -> None:
        self._called()
        self.there[path] = data, self.now
        self._called()

    def get(self, path: str) -> bytes:
        self._called()
        if path not in self.there:
            raise NotFound(path)
        return self.there[path][0]

    def get_range(self, path: str, offset: int, length: int) -> bytes:
        return self.get(path)[offset : offset + length]

    def list(self, prefix: str) -> Iterator[str]:
        return (path for path, _ in self.ages(prefix))

    def ages(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        self._called()
        there = [(path, at) for path, (_, at) in self.there.items()]
        return iter([one for one in there if one[0].startswith(prefix + "/")])

    def delete(self, path: str) -> None:
        self.there.pop(path, None)


class World:
    """A tenant's migrations of one disk each, their manifests, and the roots among them."""

    def __init__(self) -> None:
        self.objects, self.index = Clocked(), MemoryIndex()
        self.chunks: ChunkStore = store(self.objects, self.index)
        self.manifests: dict[str, tuple[DiskManifest, Content]] = {}
        self.unfinished: dict[str, tuple[Disk, Export, DiskManifest | None]] = {}
        self.roots: set[str] = set()
        self.count = 0

    def begin(self, content: Content, parent: DiskManifest | None) -> str:
        disk = Disk(LEAVES * LEAF_BYTES, reads=GRAIN_BYTES)
        disk.content = content
        self.count += 1
        if parent is None:
            disk.told = everything(disk)
            export = disk.export(self.count, None)
        else:
            disk.told = list(_changes(self.manifests[parent.id][1], content))
            export = disk.export(self.count, int(parent.id[1:]))
        self.roots.add(export.id)
        self.unfinished[export.id] = disk, export, parent
        return export.id

    def work(self, name: str) -> None:
        disk, export, parent = self.unfinished[name]
        result = export_shard(disk, self.chunks, export, 0, 0, parent)
        manifest = seal_manifest(self.chunks, export, 0, parent, [result])
        self.manifests[name] = manifest, disk.content
        del self.unfinished[name]

    def drop(self, name: str) -> None:
        self.roots.discard(name)
        self.manifests.pop(name, None)
        self.unfinished.pop(name, None)

    def collect(self) -> Collected:
        parents = {parent.id for _, _, parent in self.unfinished.values() if parent}
        return collect(self.chunks, self.objects, self.roots | parents, self.objects.now, GRACE)

    def pass_time(self, hours: float) -> None:
        self.objects.now += hours * HOUR

    def check(self) -> None:
        """Everything alive can be read; what the index promises is there."""
        for manifest, content in self.manifests.values():
            target = Disk(LEAVES * LEAF_BYTES)
            copy_in(target, self.chunks, manifest, None)
            assert target.imported() == content

    def packs(self) -> list[str]:
        return [path for path in self.objects.there if "/packs/" in path]


def _content(*kinds: int) -> Content:
    """Leaves of two kinds differ in two grains."""
    return {n: _leaf(kind) for n, kind in enumerate(kinds) if kind}


def _leaf(kind: int) -> bytes:
    grains = [bytes([kind if n == kind else 9]) * GRAIN_BYTES for n in range(GRAINS)]
    return b"".join(grains)


def _changes(before: Content, now: Content) -> Iterator[Extent]:
    none = bytes(LEAF_BYTES)
    for at in range(0, LEAVES * LEAF_BYTES, GRAIN_BYTES):
        leaf, start = divmod(at, LEAF_BYTES)
        old, new = (one.get(leaf, none)[start : start + GRAIN_BYTES] for one in (before, now))
        if old != new:
            yield Extent(offset=at, length=GRAIN_BYTES, zero=leaf not in now)


@pytest.fixture
def world() -> World:
    return World()


def test_what_nothing_refers_to_goes_in_two_runs_with_its_manifest(world: World) -> None:
    old = world.begin(_content(1, 2), None)
    world.work(old)
    world.drop(old)
    assert world.collect() == Collected()
    world.pass_time(11)
    assert world.collect() == Collected(condemned=1, manifest_objects=2)
    assert world.index.places == {}
    world.pass_time(9)
    assert world.collect() == Collected()
    world.pass_time(2)
    assert world.collect() == Collected(deleted=1)
    assert world.objects.there == {}


def test_ancestors_of_what_is_live_stay(world: World) -> None:
    first = world.begin(_content(1, 2), None)
    world.work(first)
    second = world.begin(_content(1, 3), world.manifests[first][0])
    world.work(second)
    assert [len(one.patches) for one in world.chunks.get_shard(second, 0, 0).values()] == [1]
    world.drop(first)
    for _ in range(4):
        world.pass_time(11)
        assert world.collect() == Collected(used=2)
    world.check()


def test_packs_of_a_killed_job_go_once_it_is_given_up(world: World) -> None:
    name = world.begin(_content(1, 2), None)

    def die() -> None:
        raise Killed

    world.objects.then[4] = die
    with pytest.raises(Killed):
        world.work(name)
    assert len(world.packs()) == 1
    world.drop(name)
    for _ in range(3):
        world.pass_time(11)
        world.collect()
    assert world.objects.there == {}


def test_a_pack_that_a_job_found_before_it_was_condemned_is_spared(world: World) -> None:
    old = world.begin(_content(1), None)
    world.work(old)
    world.drop(old)
    world.pass_time(11)
    name = world.begin(_content(1), None)
    find = world.index.find

    def found_then_condemned(digests: Any) -> Any:
        world.index.find = find  # type: ignore[method-assign]
        found = find(digests)
        assert len(found) == 1
        assert world.collect().condemned == 1
        world.pass_time(9)
        return found

    world.index.find = found_then_condemned  # type: ignore[method-assign]
    world.work(name)
    world.pass_time(2)
    assert world.collect() == Collected(used=1, spared=1)
    world.pass_time(11)
    assert world.collect() == Collected(used=1)
    world.check()


def test_entries_brought_back_give_a_condemned_pack_another_grace(world: World) -> None:
    old = world.begin(_content(1), None)
    world.work(old)
    world.drop(old)
    entries = dict(world.index.places)
    world.pass_time(11)
    world.collect()
    world.index.add(entries)
    world.pass_time(11)
    assert world.collect().condemned == 1
    assert world.index.places == {}
    world.pass_time(11)
    assert world.collect().deleted == 1


def test_nothing_is_touched_when_a_live_manifest_cannot_be_read(world: World) -> None:
    live, dead = world.begin(_content(1), None), world.begin(_content(2), None)
    world.work(live)
    world.work(dead)
    world.drop(dead)
    world.pass_time(11)
    path = f"acme/manifests/{live}/0/000000"
    world.objects.there[path] = b"other" * 10, world.objects.now
    before = dict(world.objects.there)
    with pytest.raises(Corrupted):
        world.collect()
    assert world.objects.there == before


@pytest.mark.parametrize("after", [False, True])
def test_a_run_that_is_killed_anywhere_is_repeated(after: bool) -> None:
    for at in range(40):
        world = World()
        for kinds in ((1, 2), (3,), (1, 4)):
            world.work(world.begin(_content(*kinds), None))
        world.drop("e1")
        world.drop("e2")
        for _ in range(3):
            world.pass_time(11)
            dying = Fragile(world.objects, at, after)
            try:
                collect(store(dying, world.index), dying, world.roots, world.objects.now, GRACE)
            except Killed:
                world.collect()
            world.check()
        # A kill between the mark and the forgetting costs another grace.
        for _ in range(2):
            world.pass_time(11)
            world.collect()
        assert len(world.packs()) == 2  # That of (1, 2), of which 1 is used, and that of 4.


def _interrupt(world: World, data: st.DataObject) -> None:
    """While a job is at work: time passes, less than a grace in all, and garbage is collected; or
    it is killed."""

    def happens() -> None:
        world.pass_time(3)
        world.collect()

    def die() -> None:
        raise Killed

    some = data.draw(st.lists(st.sampled_from([happens, happens, happens, die]), max_size=3))
    for one in some:
        world.objects.then[world.objects.calls + data.draw(st.integers(1, 12))] = one


def _step(world: World, data: st.DataObject) -> None:
    step = data.draw(st.sampled_from(["begin", "begin", "work", "work", "drop", "collect"]))
    sealed, unfinished = sorted(world.manifests), sorted(world.unfinished)
    if step == "begin":
        parent = data.draw(st.sampled_from([None, *sealed]))
        kinds = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=LEAVES))
        world.begin(_content(*kinds), None if parent is None else world.manifests[parent][0])
    elif step == "work" and unfinished:
        _interrupt(world, data)
        with suppress(Killed):
            world.work(data.draw(st.sampled_from(unfinished)))
        world.objects.then.clear()
    elif step == "drop" and sealed + unfinished:
        world.drop(data.draw(st.sampled_from(sealed + unfinished)))
    else:
        world.pass_time(data.draw(st.sampled_from([1, 9, 11, 25])))
        world.collect()
    world.check()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_leaf_that_lives_is_ever_lost(data: st.DataObject) -> None:
    world = World()
    for _ in range(data.draw(st.integers(3, 20))):
        _step(world, data)
    for name in [*world.manifests, *world.unfinished]:
        world.drop(name)
    for _ in range(4):
        world.pass_time(11)
        world.collect()
    assert world.objects.there == {}
    assert world.index.places == {}
