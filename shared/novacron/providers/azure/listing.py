"""The list of VMs. ARM's tells neither power states nor addresses, and may be asked for the former
with a scale set alone: https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/list

So three more lists are read along: ``statusOnly=true``, which tells the states of the whole
subscription (https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/list-all), the
interfaces and the public addresses. What they do not show in time is looked at by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Any, NamedTuple

from novacron.models.base import Page, PageRequest
from novacron.models.vm import Vm, VmFilter
from novacron.providers.azure.along import Along, pages_of
from novacron.providers.azure.auth import AzureAccount
from novacron.providers.azure.base import COMPUTE
from novacron.providers.azure.errors import translated
from novacron.providers.azure.machines import Machines, interfaces_of, public_of
from novacron.providers.azure.ownership import Json, matches
from novacron.providers.azure.paging import page_of
from novacron.providers.azure.states import vm_meaning

FRESH = 60.0
"""Seconds for which the next page may use what was read along with the last."""


class Walk(NamedTuple):
    """``cursor`` is the one that goes on from here, ``at`` when it was given."""

    statuses: Along
    interfaces: Along
    addresses: Along
    cursor: str | None = None
    at: float = 0.0


class VmList(Machines):
    def __init__(self, account: AzureAccount) -> None:
        super().__init__(account)
        self._walk: Walk | None = None

    @translated
    def list_vms(self, where: VmFilter, page: PageRequest) -> Page[Vm]:
        if where.region is not None:
            self.here(where.region)
        walk = self._going_on(page.cursor)

        def show(found: list[Json]) -> list[Vm]:
            there = self._with_states(found, walk.statuses)
            wanted = [o for o in there if not where.states or vm_meaning(o).state in where.states]
            seen = self._addresses_of(wanted, walk)
            return [self.to_vm(one, seen=seen) for one in wanted]

        found = page_of(
            self.place(COMPUTE, "virtualMachines"),
            page,
            self.list_page(self.compute.virtual_machines.list),
            lambda native: matches(native, where),
            show,
        )
        with self._lock:
            self._walk = walk._replace(cursor=found.next_cursor, at=monotonic())
        return found

    def _going_on(self, cursor: str | None) -> Walk:
        """The walk that gave ``cursor``, if this process was there; or a new one."""
        with self._lock:
            walk, self._walk = self._walk, None
        if walk and cursor and walk.cursor == cursor and monotonic() - walk.at < FRESH:
            return walk
        compute, network = self.compute, self.network
        group = self.account.resource_group

        def along(listed: Callable[..., Any], *told: str, **more: str) -> Along:
            return Along(pages_of(listed, *told, **more))

        return Walk(
            along(compute.virtual_machines.list_all, status_only="true"),
            along(network.network_interfaces.list, group),
            along(network.public_ip_addresses.list, group),
        )

    def _with_states(self, found: list[Json], statuses: Along) -> list[Json]:
        """With the instance views; without those that are gone."""
        get = self.compute.virtual_machines.get
        seen = statuses.take(one["id"] for one in found)
        there = []
        for one in found:
            status = seen.get(one["id"].lower())
            if status is None:
                status = self.find_native(get, one["name"], expand="instanceView")
            if status is not None:
                view = {"instanceView": status["properties"]["instanceView"]}
                there.append({**one, "properties": {**one["properties"], **view}})
        return there

    def _addresses_of(self, found: list[Json], walk: Walk) -> dict[str, Json]:
        """Interfaces and public addresses by their id."""
        told = [entry["id"] for one in found for entry in interfaces_of(one)]
        interfaces = walk.interfaces.take(told)
        public = [public_of(nic) for nic in interfaces.values()]
        return interfaces | walk.addresses.take(one["id"] for part in public for one in part)
