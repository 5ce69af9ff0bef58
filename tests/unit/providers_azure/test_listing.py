"""Lists of VMs: a few calls for a page, whatever order ARM has, and nothing old is shown."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from novacron.models.base import PageRequest
from novacron.models.vm import Vm, VmFilter, VmState
from novacron.providers.azure import listing
from novacron.providers.azure.along import SHARE, Along
from novacron.providers.azure.provider import AzureProvider
from novacron.providers.base import FIRST_PAGE, iterate
from tests.unit.providers_azure.conftest import World, running

VMS = 12
WHERE = VmFilter(tags={"suite": "listing"})


def _page(*names: str) -> list[dict[str, object]]:
    return [{"id": name.upper(), "name": name} for name in names]


def test_what_was_read_and_not_asked_for_waits_until_it_is() -> None:
    along = Along(iter([_page("a", "b", "c", "d"), _page("e", "f", "g", "h")]))
    assert sorted(along.take("ABGH")) == ["a", "b"]
    assert sorted(along.take("CDEF")) == ["c", "d", "e", "f"]
    assert sorted(along.take("GHXY")) == ["g", "h"]


def test_no_more_pages_are_read_than_looking_would_cost() -> None:
    read: list[str] = []

    def pages() -> Iterator[list[dict[str, object]]]:
        for name in "zyxwvu":
            read.append(name)
            yield _page(name)

    assert Along(pages()).take("a" * (SHARE - 1)) == {}
    assert read == []
    assert Along(pages()).take("abcdefgh") == {}
    assert len(read) == 8 // SHARE


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A subscription of its own: how many calls a list takes depends on what else it lists."""
    with running(tmp_path_factory.mktemp("listing")) as world:
        yield world


@pytest.fixture(scope="module")
def made() -> list[Vm]:
    return []


@pytest.fixture
def vms(world: World, provider: AzureProvider, made: list[Vm]) -> list[Vm]:
    if not made:
        for number in range(VMS):
            spec = world.spec(public_ip=number % 2 == 0, tags={"suite": "listing"})
            made.append(provider.create_vm(spec, world.owner()))
    return sorted(made, key=lambda vm: vm.id)


def _calls(provider: AzureProvider) -> list[str]:
    calls: list[str] = []
    provider.limiter = calls.append
    return calls


def _same(found: list[Vm], provider: AzureProvider) -> None:
    assert found == [provider.get_vm(one.id) for one in found]


def test_a_page_costs_a_call_of_each_list(provider: AzureProvider, vms: list[Vm]) -> None:
    calls = _calls(provider)
    found = provider.list_vms(WHERE, FIRST_PAGE).items
    assert len(calls) == 4
    assert [one.id for one in found] == [one.id for one in vms]
    assert [len(one.public_ips) for one in found].count(1) == VMS / 2
    _same(found, provider)


def test_pages_go_on_where_the_lists_were(
    world: World, provider: AzureProvider, vms: list[Vm]
) -> None:
    world.server.account.switches.page_size = 4
    try:
        calls = _calls(provider)
        found = list(iterate(provider.list_vms, WHERE))
        assert len(calls) < 2 * VMS  # 33 if each were looked at
        assert [one.id for one in found] == [one.id for one in vms]
        _same(found, provider)
    finally:
        world.server.account.switches.page_size = 50


def test_a_first_page_shows_what_is_so_now(provider: AzureProvider, vms: list[Vm]) -> None:
    def states() -> set[VmState]:
        return {one.state for one in provider.list_vms(WHERE, FIRST_PAGE).items}

    assert states() == {VmState.RUNNING}
    provider.stop_vm(vms[0].id)
    assert states() == {VmState.RUNNING, VmState.STOPPED}
    provider.start_vm(vms[0].id)
    assert states() == {VmState.RUNNING}


def test_a_page_that_comes_late_is_read_anew(
    monkeypatch: pytest.MonkeyPatch, provider: AzureProvider, vms: list[Vm]
) -> None:
    first = provider.list_vms(WHERE, PageRequest(limit=4))
    provider.stop_vm(vms[5].id)
    monkeypatch.setattr(listing, "FRESH", 0.0)
    rest = provider.list_vms(WHERE, PageRequest(limit=8, cursor=first.next_cursor))
    assert rest.items[1].state is VmState.STOPPED
    provider.start_vm(vms[5].id)


@pytest.mark.parametrize("listed", ["VirtualMachines_ListAll", "NetworkInterfaces_List"])
def test_without_a_right_to_a_list_each_vm_is_looked_at(
    world: World, provider: AzureProvider, vms: list[Vm], listed: str
) -> None:
    world.fault(listed, "AuthorizationFailed", http_status=403)
    found = provider.list_vms(WHERE, FIRST_PAGE).items
    assert [one.id for one in found] == [one.id for one in vms]
    _same(found, provider)
