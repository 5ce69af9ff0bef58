"""An agent is asked which shards were touched, and does jobs of those alone, several at once."""

from __future__ import annotations

from bench.agent_round import CHANGED, copied, second_round
from novacron.migration.leaves import SHARD_BYTES
from novacron.models.transfer import Extent
from novacron.providers.transfer import all_touched
from tests.unit.migration.disks import Disk

GIB = 1024**3


def test_a_planned_round_finds_what_a_look_at_every_shard_finds() -> None:
    with copied(8 * GIB, GIB // 64) as (copy, folder):
        every = second_round(copy, folder, 1, planned=False, at_once=1, delay=0)
        planned = second_round(copy, folder, 2, planned=True, at_once=3, delay=0)
    assert planned.shards == every.shards
    assert 1 <= len(planned.shards) <= CHANGED
    assert (every.jobs, planned.jobs) == (8, 1 + len(planned.shards))


def test_shards_are_told_as_bits() -> None:
    disk = Disk(3 * SHARD_BYTES + 512)
    disk.told = [
        Extent(offset=SHARD_BYTES - 4096, length=8192),
        Extent(offset=3 * SHARD_BYTES, length=512, zero=True),
    ]
    assert disk.touched(disk.export(1, 0), SHARD_BYTES) == ["b"]
    assert all_touched(disk.export(1, 0), SHARD_BYTES) == ["f"]
