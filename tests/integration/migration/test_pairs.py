"""VMs with several disks between the providers: every disk of the target is compared with its
source before the target boots, leaf by leaf."""

from __future__ import annotations

import random
from itertools import pairwise, permutations
from typing import Any

import pytest

from novacron.migration import cutover
from novacron.migration.context import Context
from novacron.migration.leaves import LEAVES_PER_SHARD, ZERO, digest_of
from novacron.migration.manifest import DiskManifest
from novacron.migration.spans import leaf_span
from novacron.migration.steps import PLAIN, Step
from novacron.models.migration import Phase
from novacron.models.vm import VmState
from novacron.providers.transfer import LEAF_BYTES, DiskImport
from tests.contract.env import SECTOR
from tests.integration.migration.conftest import NEIGHBOURS, PROVIDERS, Worlds

ALL = NEIGHBOURS
"""Every ordered pair, region to region and host to host, as `make proof NAME=migration-pairs` has
them; else each provider once as a source and once as a target."""
NEAR = [("aws", "aws-west"), ("libvirt", "libvirt-other")]
PAIRS = [*permutations(PROVIDERS, 2), *NEAR] if ALL else list(pairwise([*PROVIDERS, PROVIDERS[0]]))
DISKS = [{"name": "data", "size_gib": 1}, {"name": "log", "size_gib": 2}]
SECTORS = LEAF_BYTES // SECTOR
WRITTEN = {
    (1, 3): (0, bytes(SECTOR)),
    (1, 9): (0, b"while it is copied"),
    (2, 4095): (7, b"in the last leaf"),
}
"""(disk, leaf) -> a sector of it and what it holds in the end."""
SAMPLE = 40
"""Leaves of zeros that are read back of each disk."""


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_every_disk_arrives_as_it_was(
    worlds: Worlds, source: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (source, target):
        if name not in worlds.envs:
            pytest.skip(f"{name} cannot be had here")
    env = worlds.envs[source]
    vm = env.running_vm(disks=DISKS)
    assert env.write_block is not None
    env.write_block(vm.volume_ids[1], 3 * SECTORS, b"before the copy")
    env.write_block(vm.volume_ids[2], 4095 * SECTORS + 7, b"in the last leaf")
    operation = worlds.begin(worlds.record(source, vm), target, cutover="approved")
    worlds.held(operation)
    env.write_block(vm.volume_ids[1], 3 * SECTORS, bytes(SECTOR))
    env.write_block(vm.volume_ids[1], 9 * SECTORS, b"while it is copied")
    compared: list[int] = []
    _compare_before_boot(worlds, target, compared, monkeypatch)
    done = worlds.approved(operation)
    assert len(compared) == 3
    assert all(compared[1:])
    assert done.phase is Phase.COMPLETED
    there, here = worlds.envs[target].provider, env.provider
    made = there.get_vm(done.target_vm_id or "")
    worlds.envs[target].made.append(made.id)
    assert made.state is VmState.RUNNING
    assert len(made.volume_ids) == 3
    assert here.get_vm(vm.id).state is VmState.STOPPED
    worlds.tidied(source, target)


def _compare_before_boot(
    worlds: Worlds, target: str, compared: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``compared``: for each disk, leaves with something in them that were equal."""
    env = worlds.envs[target]
    assert isinstance(env.provider, DiskImport)
    sealed = env.provider.reads_sealed
    after, place = (cutover.boot, Step.BOOT) if sealed else (cutover.seal, Step.SEAL)

    def checking(now: Context) -> Any:
        if not compared:
            compared.extend(_compared(worlds, now, index) for index in range(3))
        return after(now)

    monkeypatch.setitem(PLAIN, place, checking)


def _compared(worlds: Worlds, now: Context, index: int) -> int:
    env = worlds.envs[now.target_account.id]
    disk, manifest = now.imports[index], now.chunks.get_disk(now.migration.applied or "", index)
    reader: Any = env.writer(disk) if env.writer else env.provider
    assert isinstance(reader, DiskImport)
    held = {
        (shard, leaf): digest_of(now.chunks.read_leaf(entry, _span(manifest, shard, leaf)[1]))
        for shard in manifest.shards
        for leaf, entry in now.chunks.view(manifest, shard).items()
        if entry.node != ZERO
    }
    leaves = manifest.size_bytes // LEAF_BYTES
    some = random.Random(index).sample(range(leaves), SAMPLE)
    some += [leaf for disk, leaf in WRITTEN if disk == index]
    for shard, leaf in {*held, *(divmod(one, LEAVES_PER_SHARD) for one in some)}:
        offset, length = _span(manifest, shard, leaf)
        found = env.done(lambda o=offset, n=length: reader.read_back(disk, o, n))  # type: ignore[misc]
        assert digest_of(found) == held.get((shard, leaf), ZERO), (index, shard, leaf)
        sector, data = WRITTEN.get((index, shard * LEAVES_PER_SHARD + leaf), (0, b""))
        assert found[sector * SECTOR :].startswith(data), (index, shard, leaf)
    return sum(digest != ZERO for digest in held.values())


def _span(manifest: DiskManifest, shard: int, leaf: int) -> tuple[int, int]:
    return leaf_span(manifest.size_bytes, shard, leaf)
