"""Public addresses that are kept, for every provider that reserves any."""

from __future__ import annotations

import pytest

from novacron.errors import Conflict, NotFound
from novacron.models.address import Address
from novacron.models.base import PageRequest
from novacron.models.volume import ResourceFilter
from novacron.providers.addresses import PublicAddresses
from novacron.providers.base import iterate
from tests.contract.env import Env


@pytest.fixture
def address(env: Env) -> str:
    if env.make_address is None:
        pytest.skip(f"{env.name} reserves no addresses")
    return env.make_address()


def _addresses(env: Env) -> PublicAddresses:
    assert isinstance(env.provider, PublicAddresses)
    return env.provider


def _all(env: Env) -> dict[str, Address]:
    where = ResourceFilter(region=env.region)
    return {one.id: one for one in iterate(_addresses(env).list_addresses, where)}


def _gone(env: Env, address_id: str) -> None:
    """Fails when it can still be released after as many looks as a world takes."""
    for _ in range(env.looks):
        try:
            _addresses(env).release_address(address_id)
        except NotFound:
            assert address_id not in _all(env)
            return
        env.settle()
    raise AssertionError(f"{address_id} is still there after its release")


def test_a_capability_is_a_type(env: Env) -> None:
    assert isinstance(env.provider, PublicAddresses) is (env.make_address is not None)


def test_what_is_attached_stays_and_what_is_not_is_released(env: Env, address: str) -> None:
    found = _all(env)[address]
    assert (found.attached_to, found.region, found.tenant) == (None, env.region, None)
    assert found.ip.count(".") == 3
    env.hold_address(address, True)
    assert _all(env)[address].attached_to
    with pytest.raises(Conflict):
        _addresses(env).release_address(address)
    env.hold_address(address, False)
    assert _all(env)[address] == found
    _gone(env, address)


def test_all_pages(env: Env, address: str) -> None:
    assert env.make_address is not None
    made = {address, env.make_address(), env.make_address()}
    seen: list[str] = []
    page, where = PageRequest(limit=1), ResourceFilter()
    while True:
        found = _addresses(env).list_addresses(where, page)
        seen += [one.id for one in found.items]
        if found.next_cursor is None:
            break
        page = PageRequest(limit=1, cursor=found.next_cursor)
    assert made <= set(seen)
    assert len(seen) == len(set(seen))
    for one in made:
        _gone(env, one)


@pytest.mark.parametrize("wrong", ["../networks", "eipalloc-00000000000000000", "us-central1/no"])
def test_an_address_that_is_not_there(env: Env, address: str, wrong: str) -> None:
    with pytest.raises(NotFound):
        _addresses(env).release_address(wrong)
    _addresses(env).release_address(address)
