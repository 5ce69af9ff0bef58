"""Snapshots, their differences and the addresses that they are read by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from infra.local.azure_account.disks import blobs
from novacron.errors import (
    Conflict,
    Corrupted,
    NotFound,
    NotReady,
    PermissionDenied,
    ProviderUnavailable,
    Throttled,
)
from novacron.models.transfer import Export, TransferState
from novacron.models.vm import Vm
from novacron.providers.azure.provider import AzureProvider
from tests.contract.env_azure import account_settings, secret
from tests.unit.providers_azure.conftest import World
from tests.unit.providers_azure.transfers import (
    DATA,
    MIB,
    end_all_addresses,
    extents,
    guest_writes,
    machine,
)

TAKE, GRANT = "Snapshots_CreateOrUpdate", "Snapshots_GrantAccess"


@pytest.fixture
def vm(world: World, provider: AzureProvider) -> Iterator[Vm]:
    made = machine(world, provider)
    yield made
    provider.delete_vm(made.id)


@pytest.fixture
def first(world: World, provider: AzureProvider, vm: Vm) -> Iterator[Export]:
    guest_writes(world, vm.volume_ids[DATA], MIB, b"a" * 4096)
    export = provider.begin_export(vm.id, None, world.owner())
    assert export.state is TransferState.OPEN
    yield export
    world.server.account.faults.clear()
    provider.delete_export(export)


def _later(world: World, provider: AzureProvider, vm: Vm, first: Export) -> Export:
    provider.end_export(first)
    return provider.begin_export(vm.id, first, world.owner())


def test_an_unchanged_first_disk_hides_no_other_and_a_cleared_range_is_zeros(
    world: World, provider: AzureProvider, vm: Vm, first: Export
) -> None:
    assert extents(provider, first) == [(MIB, 4096, False)]
    guest_writes(world, vm.volume_ids[DATA], MIB + 512, bytes(1024))
    guest_writes(world, vm.volume_ids[DATA], 9 * MIB, b"only in the second")
    later = _later(world, provider, vm, first)
    assert extents(provider, later, 0) == []
    assert extents(provider, later) == [(MIB + 512, 1024, True), (9 * MIB, 512, False)]
    assert provider.read(later, DATA, MIB, 2048) == b"a" * 512 + bytes(1024) + b"a" * 512
    # Cut to what was asked, also within a page.
    inner = list(provider.extents(later, DATA, 9 * MIB + 100, 1000))
    assert [(one.offset, one.length) for one in inner] == [(9 * MIB + 100, 412)]
    provider.delete_export(later)


def test_a_list_of_ranges_goes_on_over_its_pages(
    world: World, provider: AzureProvider, vm: Vm, first: Export
) -> None:
    guest_writes(world, vm.volume_ids[DATA], 16 * MIB, (b"x" * 512 + bytes(512)) * 10_240)
    later = _later(world, provider, vm, first)
    found = extents(provider, later)
    assert len(found) == 10_240
    assert found[-1] == (26 * MIB - 1024, 512, False)
    provider.delete_export(later)


def test_an_address_that_ended_or_was_lost_is_asked_for_anew(
    world: World, provider: AzureProvider, first: Export
) -> None:
    end_all_addresses(world)
    with pytest.raises(NotReady):
        provider.read(first, DATA, MIB, 512)
    with pytest.raises(NotReady):
        extents(provider, first)
    for old in (first, first.model_copy(update={"access": {}})):
        again = provider.get_export(old)
        assert again.state is TransferState.OPEN
        assert provider.read(again, DATA, MIB, 512) == b"a" * 512


def test_nothing_waits_for_azure(world: World, provider: AzureProvider, vm: Vm) -> None:
    world.server.account.switches.transition_describes = 1
    export = provider.begin_export(vm.id, None, world.owner())
    assert export.state is TransferState.PENDING
    with pytest.raises(NotReady):
        provider.read(export, DATA, 0, 512)
    for _ in range(8):
        export = provider.get_export(export)
    assert export.state is TransferState.OPEN
    world.server.account.switches.transition_describes = 0
    provider.delete_export(export)


def test_a_grant_that_fails_later_is_asked_for_again(
    world: World, provider: AzureProvider, vm: Vm
) -> None:
    world.fault(GRANT, "InternalServerError", when="async")
    export = provider.begin_export(vm.id, None, world.owner())
    assert export.state is TransferState.PENDING
    assert provider.get_export(export).state is TransferState.OPEN
    provider.delete_export(export)


def test_the_limits_of_snapshots_are_told_as_such(
    world: World, provider: AzureProvider, vm: Vm
) -> None:
    exports = [provider.begin_export(vm.id, None, world.owner()) for _ in range(5)]
    sixth = world.owner()
    with pytest.raises(NotReady, match="shared access signature already"):
        provider.begin_export(vm.id, None, sixth)
    provider.end_export(exports[0])
    exports.append(provider.begin_export(vm.id, None, sixth))
    provider.end_export(exports[1])
    exports.append(provider.begin_export(vm.id, None, world.owner()))
    with pytest.raises(Throttled) as refused:
        provider.begin_export(vm.id, None, world.owner())
    assert 0 < refused.value.retry_after <= 300
    for export in exports:
        provider.delete_export(export)


def test_a_refused_snapshot_leaves_none_and_a_lost_one_is_found(
    world: World, provider: AzureProvider, vm: Vm
) -> None:
    before = world.kinds()
    owner = world.owner()
    world.fault(TAKE, "InternalServerError", http_status=500, when="after")
    with pytest.raises(ProviderUnavailable):
        provider.begin_export(vm.id, None, owner)
    export = provider.begin_export(vm.id, None, owner)
    assert world.kinds().count("snapshots") == before.count("snapshots") + 2
    provider.delete_export(export)
    # The first is taken, the second is refused for good.
    world.fault(TAKE, "slow", kind="slow")
    world.fault(TAKE, "AuthorizationFailed", http_status=403)
    with pytest.raises(PermissionDenied):
        provider.begin_export(vm.id, None, world.owner())
    assert world.kinds() == before


def test_without_the_snapshot_before_everything_counts_as_changed(
    world: World, provider: AzureProvider, vm: Vm, first: Export
) -> None:
    provider.delete_export(first)
    later = provider.begin_export(vm.id, first, world.owner())
    assert [disk.since_id for disk in later.disks] == [None, None]
    assert extents(provider, later) == [(MIB, 4096, False)]
    provider.delete_export(later)
    with pytest.raises(NotFound):
        provider.get_export(later)


def test_ending_keeps_what_the_next_export_needs(
    world: World, provider: AzureProvider, first: Export
) -> None:
    for _ in range(2):
        provider.end_export(first)
    with pytest.raises(NotReady):
        provider.read(first, DATA, MIB, 512)
    assert provider.get_snapshot(first.disks[DATA].source_id).size_gib == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://md-abc.blob.core.windows.net/x/abcd?sig=s3cret",
        "https://127.0.0.1:1/blobs/x/abcd?sig=s3cret",
        "http://{place}/blobs/x/abcd?sig=s3cret",
    ],
)
def test_an_address_goes_to_the_clouds_own_hosts_alone(
    world: World, provider: AzureProvider, first: Export, url: str
) -> None:
    """This account's cloud is the local one."""
    name = first.disks[DATA].source_id
    told = url.format(place=world.server.url.removeprefix("https://"))
    other = first.model_copy(update={"access": {f"{name}/Read": told}})
    with pytest.raises(PermissionDenied) as refused:
        provider.read(other, DATA, 0, 512)
    assert "s3cret" not in refused.value.detail


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://md-abc.z1.blob.storage.azure.net/x/abcd?sig=x", True),
        ("https://md-abc.blob.core.windows.net/x/abcd?sig=x", True),
        ("https://md-abc.blob.core.windows.net:444/x/abcd?sig=x", False),
        ("http://md-abc.blob.core.windows.net/x/abcd?sig=x", False),
        ("https://md-abc.blob.core.windows.net.example/x/abcd?sig=x", False),
        ("https://management.azure.com/x?sig=x", False),
    ],
)
def test_the_public_clouds_hosts_are_known(world: World, url: str, good: bool) -> None:
    told = {k: v for k, v in account_settings(world.server).items() if "_url" not in k}
    told.pop("ca_file")
    provider = AzureProvider.from_settings(told, secret(world.server))
    with nullcontext() if good else pytest.raises(PermissionDenied):
        provider._check_host(url)


def test_bytes_are_held_against_azures_checksum(
    world: World, provider: AzureProvider, first: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "_checksum", lambda _data: "AAAAAAAAAAAAAAAAAAAAAA==")
    with pytest.raises(Corrupted):
        provider.read(first, DATA, MIB, 512)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (503, "ServerBusy", Throttled),
        (500, "InternalError", ProviderUnavailable),
        (409, "PreviousSnapshotCannotBeNewer", Conflict),
        (404, "BlobNotFound", NotFound),
    ],
)
def test_what_a_blob_refuses_is_ours(
    world: World,
    provider: AzureProvider,
    first: Export,
    status: int,
    code: str,
    kind: type[Exception],
) -> None:
    world.fault("Blob_Read", code, http_status=status)
    with pytest.raises(kind) as refused:
        provider.read(first, DATA, MIB, 512)
    assert "sig=" not in str(refused.value)


def test_a_connection_that_breaks_once_is_used_again(
    world: World, provider: AzureProvider, first: Export
) -> None:
    world.fault("Blob_Read", "reset", kind="reset")
    assert provider.read(first, DATA, MIB, 512) == b"a" * 512
    world.fault("Blob_Read", "reset", kind="reset", times=5)
    with pytest.raises(ProviderUnavailable) as failed:
        provider.read(first, DATA, MIB, 512)
    assert "/blobs/" not in failed.value.detail
