"""What reserved capacity refuses, and who is on it."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.integration.azure_account.clients import GROUP, PLACE, Clients

SIZE = "Standard_D2s_v5"


def _group(azure: Clients, *zones: str) -> str:
    body = {**PLACE, "zones": list(zones)}
    made = azure.compute.capacity_reservation_groups.create_or_update(GROUP, "kept", body)
    return str(made.id)


def _reserve(azure: Clients, name: str, size: str = SIZE, **more: Any) -> Any:
    body = {**PLACE, "sku": {"name": size, "capacity": 1}, **more}
    begin = azure.compute.capacity_reservations.begin_create_or_update
    return begin(GROUP, "kept", name, body).result()


def _named(group: str | None) -> dict[str, Any]:
    return {"capacityReservation": {"capacityReservationGroup": {"id": group}}}


def test_one_of_a_size_and_zone_in_a_group(azure: Clients) -> None:
    _group(azure, "1", "2")
    _reserve(azure, "first", zones=["1"])
    _reserve(azure, "second", zones=["2"])
    with pytest.raises(HttpResponseError, match="already"):
        _reserve(azure, "third", zones=["1"])
    with pytest.raises(HttpResponseError, match="zone of the group"):
        _reserve(azure, "third", zones=["3"])
    with pytest.raises(HttpResponseError, match="cannot be changed"):
        _reserve(azure, "first", size="Standard_D4s_v5", zones=["1"])


def test_a_vm_is_on_it_while_it_is_allocated(azure: Clients) -> None:
    group, machines = _group(azure), azure.compute.virtual_machines
    with pytest.raises(HttpResponseError, match="no reservation of"):
        azure.vm("early", azure.subnet(), **_named(group)).result()
    _reserve(azure, "one")
    azure.vm("on-it", azure.subnet(), **_named(group)).result()
    for action, allocated in ((machines.begin_power_off, 1), (machines.begin_deallocate, 0)):
        action(GROUP, "on-it").result()
        shown = azure.compute.capacity_reservations.get(GROUP, "kept", "one", expand="instanceView")
        use = shown.instance_view.utilization_info
        assert (use.current_capacity, len(use.virtual_machines_allocated)) == (1, allocated)
        assert len(shown.virtual_machines_associated) == 1
    with pytest.raises(HttpResponseError, match="still has virtual machines"):
        azure.compute.capacity_reservations.begin_delete(GROUP, "kept", "one").result()


def test_a_vm_leaves_deallocated_and_then_all_can_be_deleted(azure: Clients) -> None:
    group, machines = _group(azure), azure.compute.virtual_machines
    _reserve(azure, "one")
    azure.vm("leaves", azure.subnet(), **_named(group)).result()
    with pytest.raises(HttpResponseError, match="Deallocate"):
        machines.begin_update(GROUP, "leaves", {"properties": _named(None)}).result()
    with pytest.raises(HttpResponseError, match="still has reservations"):
        azure.compute.capacity_reservation_groups.begin_delete(GROUP, "kept").result()
    machines.begin_deallocate(GROUP, "leaves").result()
    machines.begin_update(GROUP, "leaves", {"properties": _named(None)}).result()
    azure.compute.capacity_reservations.begin_delete(GROUP, "kept", "one").result()
    azure.compute.capacity_reservation_groups.begin_delete(GROUP, "kept").result()
    assert not list(azure.compute.capacity_reservation_groups.list_by_subscription())
