"""Snapshots that are written: any number of times, until they are sealed."""

from __future__ import annotations

from hashlib import sha256

import pytest

from novacron.errors import Conflict, InvalidSpec, NotReady, ProviderUnavailable
from novacron.models.base import Ownership
from novacron.models.transfer import TransferState
from novacron.models.volume import ResourceFilter, VolumeClass
from novacron.providers.aws.provider import AwsProvider
from novacron.providers.base import iterate
from novacron.providers.transfer import LEAF_BYTES
from tests.unit.providers_aws.conftest import REGION, World
from tests.unit.providers_aws.disks import GIB, A, B, import_spec, imported


def test_a_new_snapshot_may_be_unknown_for_a_while(world: World, provider: AwsProvider) -> None:
    switches = world.server.account.switches
    switches.snapshot_visible_after = 2
    try:
        target = provider.begin_import(import_spec(), world.owner())
    finally:
        switches.snapshot_visible_after = 0
    with pytest.raises(NotReady):
        provider.write(target, 0, A)
    with pytest.raises(NotReady):
        provider.seal_import(target, 0)
    provider.write(target, 0, A)
    assert provider.seal_import(target, 1).state is TransferState.READY


def test_a_work_item_done_twice_counts_once(world: World, provider: AwsProvider) -> None:
    target = provider.begin_import(import_spec(), world.owner())
    for data in (A, A, B, A):
        provider.write(target, 7 * LEAF_BYTES, data)
    target = provider.seal_import(target, 1)
    assert provider.read_back(target, 7 * LEAF_BYTES, LEAF_BYTES) == A


def test_a_wrong_count_is_a_conflict_and_ends_nothing(world: World, provider: AwsProvider) -> None:
    target = provider.begin_import(import_spec(), world.owner())
    provider.write(target, 0, A)
    with pytest.raises(Conflict, match="1 blocks were written"):
        provider.seal_import(target, 2)
    provider.write(target, LEAF_BYTES, B)
    assert provider.seal_import(target, 2).state is TransferState.READY


def test_a_sealed_import_takes_no_write(world: World, provider: AwsProvider) -> None:
    target = imported(world, provider, {0: A})
    with pytest.raises(Conflict):
        provider.write(target, 0, B)
    assert provider.read_back(target, 0, LEAF_BYTES) == A


def test_sealing_takes_its_time(world: World, provider: AwsProvider) -> None:
    account = world.server.account
    target = provider.begin_import(import_spec(), world.owner())
    provider.write(target, 0, A)
    account.switches.transition_seconds = 5
    try:
        for _ in range(2):
            sealed = provider.seal_import(target, 1)
            assert sealed.state is TransferState.SEALING
        assert provider.get_import(sealed).state is TransferState.SEALING
        with pytest.raises(NotReady):
            provider.read_back(sealed, 0, LEAF_BYTES)
        with pytest.raises(Conflict):
            provider.write(sealed, 0, B)
        account.clock.advance(5)
        ready = provider.get_import(sealed)
    finally:
        account.switches.transition_seconds = 0
    assert (ready.state, ready.volume_id) == (TransferState.READY, target.id)


def test_a_disk_that_is_no_whole_number_of_leaves(world: World, provider: AwsProvider) -> None:
    target = provider.begin_import(import_spec(size_bytes=GIB + 1000), world.owner())
    provider.write(target, GIB, b"x" * 1000)
    target = provider.seal_import(target, 1)
    assert provider.read_back(target, GIB, 1000) == b"x" * 1000
    assert provider.read_back(target, GIB + 1000, 8) == bytes(8)
    assert provider.get_snapshot(target.id).size_gib == 2


@pytest.mark.parametrize("operation", ["op-lost", "o" * 64])
def test_a_lost_start_makes_no_second_snapshot(
    world: World, provider: AwsProvider, operation: str
) -> None:
    owner = Ownership(tenant="acme", operation=operation)
    world.fault("StartSnapshot", "InternalServerException", http_status=500, when="after")
    with pytest.raises(ProviderUnavailable):
        provider.begin_import(import_spec(), owner)
    disks = [provider.begin_import(import_spec(index=index), owner) for index in (0, 0, 1)]
    assert disks[0].id == disks[1].id != disks[2].id
    found = iterate(provider.list_snapshots, ResourceFilter(operation=operation))
    assert {one.id for one in found} == {disk.id for disk in disks}
    with pytest.raises(Conflict):
        provider.begin_import(import_spec(size_bytes=2 * GIB), owner)


def test_an_import_that_nobody_wrote_to_for_three_days(world: World, provider: AwsProvider) -> None:
    target = provider.begin_import(import_spec(), world.owner())
    days = 3 * 24 * 3600
    for seconds in (days - 60, days - 60):
        world.server.account.clock.advance(seconds)
        provider.write(target, 0, A)
    world.server.account.clock.advance(days + 60)
    with pytest.raises(Conflict, match="cancelled"):
        provider.write(target, 0, A)
    assert provider.get_import(target).state is TransferState.ERROR
    provider.delete_import(target)


def test_no_disk_is_begun_that_no_volume_can_be_made_of(
    world: World, provider: AwsProvider
) -> None:
    slow = import_spec(size_bytes=200 * GIB, volume_class=VolumeClass.CAPACITY)
    with pytest.raises(InvalidSpec, match="boots from st1"):
        provider.begin_import(slow, world.owner())
    provider.begin_import(slow.model_copy(update={"index": 1}), world.owner())


def test_imports_are_encrypted_unless_the_account_says_no(world: World) -> None:
    for setting, wanted in (({}, True), ({"encrypt": "false"}, False)):
        provider = world.provider(**setting)
        target = provider.begin_import(import_spec(), world.owner())
        (found,) = provider.ec2(REGION).describe_snapshots(SnapshotIds=[target.id])["Snapshots"]
        assert found["Encrypted"] is wanted


def test_blocks_have_timeouts_and_a_pace_of_their_own(world: World, provider: AwsProvider) -> None:
    """https://github.com/awslabs/coldsnap/issues/437"""
    config = provider.client("ebs", REGION).meta.config
    assert (config.connect_timeout, config.read_timeout) == (3, 20)
    families: list[str] = []
    provider.limiter = families.append
    provider.write(provider.begin_import(import_spec(), world.owner()), 0, A)
    assert set(families) == {"blocks"}


def test_a_seal_compares_the_snapshot_with_what_was_sent(
    world: World, provider: AwsProvider
) -> None:
    target = provider.begin_import(import_spec(), world.owner())
    for leaf, data in ((9, A), (2, B)):
        provider.write(target, leaf * LEAF_BYTES, data)
    sent = sha256(sha256(B).digest() + sha256(A).digest()).digest()
    with pytest.raises(Conflict, match="checksum"):
        provider.seal_checked(target, 2, sha256(A).digest())
    assert provider.seal_checked(target, 2, sent).state is TransferState.READY
    assert provider.seal_checked(target, 2, sent).state is TransferState.READY
