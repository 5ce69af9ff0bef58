"""Where exports have gone wrong elsewhere, and what AWS allows itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from hashlib import sha256
from itertools import islice
from typing import Any

import pytest

from infra.local.aws_account.options import Switches
from infra.local.aws_account.tokens import BLOCK_TOKEN_SECONDS, PAGE_TOKEN_SECONDS
from novacron.errors import Conflict, Corrupted, NotFound, NotReady, ProviderUnavailable
from novacron.models.transfer import TransferState
from novacron.models.vm import Vm
from novacron.models.volume import ResourceFilter
from novacron.providers.aws.provider import AwsProvider
from novacron.providers.base import iterate
from novacron.providers.transfer import LEAF_BYTES
from tests.unit.providers_aws.conftest import REGION, World
from tests.unit.providers_aws.disks import A, B, exported, guest_writes, leaf, machine, touched


@pytest.fixture
def vm(world: World, provider: AwsProvider) -> Iterator[Vm]:
    with machine(world, provider) as made:
        yield made


@pytest.fixture
def switches(world: World) -> Iterator[Switches]:
    now = world.server.account.switches
    yield now
    for field in fields(Switches):
        setattr(now, field.name, getattr(Switches(transition_describes=0), field.name))


def _asked(provider: AwsProvider) -> list[str]:
    """Names of the EBS direct calls from now on."""
    names: list[str] = []

    def note(event_name: str, **_: Any) -> None:
        names.append(event_name.rpartition(".")[2])

    provider.client("ebs", REGION).meta.events.register("before-send.ebs", note)
    return names


def test_an_unchanged_first_disk_hides_no_other(
    world: World, provider: AwsProvider, vm: Vm
) -> None:
    first = exported(world, provider, vm)
    guest_writes(world, vm.volume_ids[1], 5, A)
    guest_writes(world, vm.volume_ids[2], 6, B)
    second = exported(world, provider, vm, first)
    assert [touched(provider, second, disk) for disk in range(3)] == [{}, {5: False}, {6: False}]
    assert (leaf(provider, second, 1, 5), leaf(provider, second, 2, 6)) == (A, B)


def test_a_block_of_one_snapshot_alone(world: World, provider: AwsProvider, vm: Vm) -> None:
    guest_writes(world, vm.volume_ids[1], 3, A)
    first = exported(world, provider, vm)
    guest_writes(world, vm.volume_ids[1], 4, B)
    second = exported(world, provider, vm, first)
    assert touched(provider, second, 1) == {4: False}
    world.server.account.maps.drop(second.disks[1].source_id)  # as if the guest had trimmed all
    assert touched(provider, second, 1) == {3: True}
    assert leaf(provider, second, 1, 3) == bytes(LEAF_BYTES)


def test_an_export_tells_what_changed_since_any_before(
    world: World, provider: AwsProvider, vm: Vm
) -> None:
    first = exported(world, provider, vm)
    guest_writes(world, vm.volume_ids[1], 1, A)
    exported(world, provider, vm, first)
    guest_writes(world, vm.volume_ids[1], 2, A)
    assert set(touched(provider, exported(world, provider, vm, first), 1)) == {1, 2}


def test_a_repeat_with_another_since_is_refused(
    world: World, provider: AwsProvider, vm: Vm
) -> None:
    owner, first = world.owner(), exported(world, provider, vm)
    second = provider.begin_export(vm.id, first, owner)
    later = exported(world, provider, vm, second)
    with pytest.raises(Conflict):
        provider.begin_export(vm.id, later, owner)


def test_where_the_snapshot_before_is_gone_everything_counts(
    world: World, provider: AwsProvider, vm: Vm
) -> None:
    guest_writes(world, vm.volume_ids[1], 3, A)
    first = exported(world, provider, vm)
    provider.delete_snapshot(first.disks[1].source_id)
    second = exported(world, provider, vm, first)
    assert [disk.since_id is None for disk in second.disks] == [False, True, False]
    assert touched(provider, second, 1) == {3: False}


def test_short_and_empty_pages(
    world: World, provider: AwsProvider, vm: Vm, switches: Switches
) -> None:
    for number in (1, 2, 900, 2047):
        guest_writes(world, vm.volume_ids[1], number, A)
    export = exported(world, provider, vm)
    switches.empty_pages, switches.page_blocks = True, 1
    assert set(touched(provider, export, 1)) == {1, 2, 900, 2047}
    other = world.provider()
    assert leaf(other, export, 1, 900) == A
    assert leaf(other, export, 1, 901) == bytes(LEAF_BYTES)


def test_page_tokens_that_grow_old(
    world: World, provider: AwsProvider, vm: Vm, switches: Switches
) -> None:
    for number in (1, 2, 3):
        guest_writes(world, vm.volume_ids[1], number, A)
    export = exported(world, provider, vm)
    switches.page_blocks = 1
    extents = provider.extents(export, 1, 0, export.disks[1].size_bytes)
    found = list(islice(extents, 1))
    world.server.account.clock.advance(PAGE_TOKEN_SECONDS)
    found += extents
    assert [one.offset // LEAF_BYTES for one in found] == [1, 2, 3]


def test_block_tokens_that_grow_old(world: World, provider: AwsProvider, vm: Vm) -> None:
    guest_writes(world, vm.volume_ids[1], 1, A)
    guest_writes(world, vm.volume_ids[1], 2, B)
    export = exported(world, provider, vm)
    assert set(touched(provider, export, 1)) == {1, 2}
    world.server.account.clock.advance(BLOCK_TOKEN_SECONDS)
    asked = _asked(provider)
    assert provider.read(export, 1, LEAF_BYTES, 2 * LEAF_BYTES) == A + B
    assert asked.count("ListSnapshotBlocks") == 1


def test_a_block_is_asked_for_without_a_listing_where_one_was_made(
    world: World, provider: AwsProvider, vm: Vm
) -> None:
    guest_writes(world, vm.volume_ids[1], 3, A)
    export = exported(world, provider, vm)
    asked = _asked(provider)
    touched(provider, export, 1)
    leaf(provider, export, 1, 3)
    assert asked == ["ListSnapshotBlocks", "GetSnapshotBlock"]
    other = world.provider()
    asked = _asked(other)
    for number in (3, 4, 3):
        assert leaf(other, export, 1, number) == leaf(provider, export, 1, number)
    assert asked == ["ListSnapshotBlocks", "GetSnapshotBlock", "GetSnapshotBlock"]


def test_shards_without_a_change_are_listed_once(
    world: World, provider: AwsProvider, vm: Vm, switches: Switches
) -> None:
    first = exported(world, provider, vm)
    guest_writes(world, vm.volume_ids[0], 6 * 2048 + 5, A)
    second = exported(world, provider, vm, first)
    switches.empty_pages = True
    asked, shard = _asked(provider), 2048 * LEAF_BYTES
    told = [list(provider.extents(second, 0, number * shard, shard)) for number in range(8)]
    assert [len(extents) for extents in told] == [0, 0, 0, 0, 0, 0, 1, 0]
    assert told[6][0].offset == (6 * 2048 + 5) * LEAF_BYTES
    # Each listing is an empty page and another: from the start, and from the block that it found.
    assert asked == ["ListChangedBlocks"] * 4


def test_any_range_of_bytes_is_read(world: World, provider: AwsProvider, vm: Vm) -> None:
    guest_writes(world, vm.volume_ids[1], 3, A)
    export = exported(world, provider, vm)
    around = provider.read(export, 1, 3 * LEAF_BYTES - 2, LEAF_BYTES + 4)
    assert around == b"\0\0" + A + b"\0\0"


def test_a_wrong_checksum_is_refused(world: World, provider: AwsProvider, vm: Vm) -> None:
    blocks = world.server.account.blocks
    data = b"soon damaged".ljust(LEAF_BYTES, b"!")
    guest_writes(world, vm.volume_ids[1], 3, data)
    export = exported(world, provider, vm)
    path = blocks._path(sha256(data).hexdigest())
    path.write_bytes(A)
    with pytest.raises(Corrupted):
        leaf(provider, export, 1, 3)
    path.write_bytes(data)
    assert leaf(provider, export, 1, 3) == data


def test_a_lost_answer_makes_no_second_set(world: World, provider: AwsProvider, vm: Vm) -> None:
    owner = world.owner()
    world.fault("CreateSnapshots", "InternalError", http_status=500, when="after")
    with pytest.raises(ProviderUnavailable):
        provider.begin_export(vm.id, None, owner)
    export = provider.begin_export(vm.id, None, owner)
    assert [disk.volume_id for disk in export.disks] == vm.volume_ids
    where = ResourceFilter(operation=owner.operation)
    assert len(list(iterate(provider.list_snapshots, where))) == 3
    provider.delete_export(export)
    assert not list(iterate(provider.list_snapshots, where))


def test_a_snapshot_that_is_not_shown_yet_is_waited_for(
    world: World, provider: AwsProvider, vm: Vm
) -> None:
    owner = world.owner()
    export = provider.begin_export(vm.id, None, owner)
    provider.delete_snapshot(export.disks[2].source_id)
    with pytest.raises(NotReady):
        provider.begin_export(vm.id, None, owner)


def test_nothing_is_read_before_the_snapshots_are_complete(
    world: World, provider: AwsProvider, vm: Vm, switches: Switches
) -> None:
    switches.transition_seconds = 5
    export = exported(world, provider, vm)
    assert export.state is TransferState.PENDING
    with pytest.raises(NotReady):
        leaf(provider, export, 1, 0)
    world.server.account.clock.advance(5)
    assert provider.get_export(export).state is TransferState.OPEN
    provider.delete_export(export)
    with pytest.raises(NotFound):
        list(provider.extents(export, 1, 0, LEAF_BYTES))
