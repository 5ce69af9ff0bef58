"""Capacity that is reserved, and whether VMs run on it, for every provider that lists it."""

from __future__ import annotations

import pytest

from novacron.models.base import Page, PageRequest
from novacron.models.capacity_reservation import CapacityReservation
from novacron.providers.base import iterate
from novacron.providers.capacity_reservations import CapacityReservations
from tests.contract.env import Env


def _all(env: Env, region: str | None = None) -> dict[str, CapacityReservation]:
    provider = env.provider
    assert isinstance(provider, CapacityReservations)

    def one_at_a_time(region: str | None, page: PageRequest) -> Page[CapacityReservation]:
        return provider.list_reservations(region, page.model_copy(update={"limit": 1}))

    found = list(iterate(one_at_a_time, region))
    assert len({one.id for one in found}) == len(found)
    return {one.id: one for one in found}


def test_a_capability_is_a_type(env: Env) -> None:
    assert isinstance(env.provider, CapacityReservations) is (env.make_reservation is not None)


def test_what_vms_run_on_is_used(env: Env) -> None:
    if env.make_reservation is None:
        pytest.skip(f"{env.name} lists no reservations")
    made = env.make_reservation()
    before = _all(env)[made]
    assert (before.count, before.used, before.region) == (2, 0, env.region)
    assert before.instance_type == env.reserved_type
    assert before.zone in (env.zone, env.region)
    assert before.as_listed
    vm = env.running_vm(**(env.reserved_spec or {"instance_type": env.reserved_type}))
    env.join_reservation(vm.id)
    assert _all(env, env.region)[made] == before.model_copy(update={"used": 1})
    env.deleted(env.provider.delete_vm, env.provider.get_vm, vm.id)
    assert _all(env)[made] == before
