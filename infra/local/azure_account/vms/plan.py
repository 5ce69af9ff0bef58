"""What a create or a change of a VM does to other resources, once all is known to be well."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..disks.making import GIB, make_content
from ..store import Resource

if TYPE_CHECKING:
    from ..account import LocalAccount


@dataclass
class Plan:
    """``make``: new disks, each with the key of the bytes that it starts from."""

    make: list[tuple[Resource, str | None]] = field(default_factory=list)
    attach: list[str] = field(default_factory=list)
    detach: list[str] = field(default_factory=list)


def plan_of(machine: Resource) -> Plan:
    found: Plan = machine.private.setdefault("plan", Plan())
    return found


def carry_out(account: LocalAccount, machine: Resource) -> None:
    plan: Plan = machine.private.pop("plan", Plan())
    for disk, source in plan.make:
        size = disk.properties["diskSizeGB"] * GIB
        disk.private["content"] = make_content(account, size, source)
        account.store.put(disk)
    for disk_id in plan.detach:
        if leaving := account.store.get(disk_id):
            leaving.top.pop("managedBy", None)
    for disk_id in plan.attach:
        if coming := account.store.get(disk_id):
            coming.top["managedBy"] = machine.id
