"""Power and the other actions on a VM.

https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/power-off
https://learn.microsoft.com/en-us/azure/virtual-machines/states-billing
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING

from .. import operations
from ..catalog.sizes import list_sizes
from ..disks.access import sas_url
from ..families import being_deleted
from ..operations import Operation
from ..routes import Route
from ..store import Resource, new_etag
from ..wire import Answer, ArmError, Call, Json
from . import data_disks, instance_view
from .plan import carry_out

if TYPE_CHECKING:
    from ..account import LocalAccount
    from .family import VirtualMachines

_ONE = (
    "/subscriptions/{sub}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{name}"
)
# action -> (power state under way, power state at its end)
_POWER = {
    "start": ("starting", "running"),
    "powerOff": ("stopping", "stopped"),
    "deallocate": ("deallocating", "deallocated"),
    "restart": ("running", "running"),
    "reapply": (None, None),
}


def settle(machine: Resource, operation: Operation, at: str) -> None:
    """The power state once an operation has ended."""
    machine.private["settled"] = at
    machine.private["failure"] = operation.failure
    if operation.verb == "create" and not operation.failure:
        machine.private["power"] = "running"
    if operation.verb in _POWER and operation.verb != "reapply":
        before = machine.private.pop("power_before", None)
        machine.private["power"] = before if operation.failure else _POWER[operation.verb][1]


class Actions:
    def __init__(self, family: VirtualMachines) -> None:
        self._family = family

    def power(self, action: str) -> Callable[[LocalAccount, Call], Answer]:
        def act(account: LocalAccount, call: Call) -> Answer:
            machine = self._ready(account, call)
            if action == "restart" and machine.private["power"] in ("stopped", "deallocated"):
                message = (
                    f"Cannot restart VM '{machine.name}' because it is {machine.private['power']}."
                )
                raise ArmError(409, "OperationNotAllowed", message)
            machine.private.setdefault("power_before", machine.private["power"])
            if under_way := _POWER[action][0]:
                machine.private["power"] = under_way
            return self._started(account, call, machine, action)

        return act

    def _ready(self, account: LocalAccount, call: Call) -> Resource:
        machine = self._family.find(account, call)
        if machine.state == "Deleting":
            raise being_deleted(machine)
        return machine

    def _started(self, account: LocalAccount, call: Call, machine: Resource, verb: str) -> Answer:
        machine.state = "Updating"
        machine.etag = new_etag()
        operation = operations.begin(account, call, machine, verb)
        return Answer(202, None, operations.accepted(account, call, operation, location=True))

    def instance_view(self, account: LocalAccount, call: Call) -> Answer:
        return Answer(200, instance_view.of(self._family.find(account, call)))

    def generalize(self, account: LocalAccount, call: Call) -> Answer:
        """https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/generalize"""
        machine = self._ready(account, call)
        if machine.private["power"] not in ("stopped", "deallocated"):
            message = f"The VM '{machine.name}' must be stopped before it is generalized."
            raise ArmError(409, "OperationNotAllowed", message)
        machine.private["generalized"] = True
        return Answer(200)

    def evict(self, account: LocalAccount, call: Call) -> Answer:
        """https://learn.microsoft.com/en-us/azure/virtual-machines/linux/spot-template#simulate-an-eviction"""
        machine = self._ready(account, call)
        if machine.properties.get("priority") != "Spot":
            raise ArmError(409, "OperationNotAllowed", "Only Azure Spot VMs can be evicted.")
        if machine.properties["evictionPolicy"] == "Delete":
            machine.state = "Deleting"
            operations.begin(account, call, machine, "delete")
        else:
            machine.private["power_before"] = machine.private["power"]
            machine.private["power"] = "deallocating"
            operations.begin(account, call, machine, "deallocate")
        return Answer(204)

    def boot_diagnostics(self, account: LocalAccount, call: Call) -> Answer:
        """https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/retrieve-boot-diagnostics-data"""
        machine = self._ready(account, call)
        told = machine.properties.get("diagnosticsProfile") or {}
        if not (told.get("bootDiagnostics") or {}).get("enabled"):
            message = f"Boot diagnostics is not enabled for the VM '{machine.name}'."
            raise ArmError(409, "OperationNotAllowed", message)
        minutes = int(call.query.get("sasuriexpirationtimeinminutes", 120))
        names = {"consoleScreenshotBlobUri": "screenshot", "serialConsoleLogBlobUri": "console"}
        return Answer(
            200,
            {
                label: sas_url(account, call, {"kind": kind, "machine": machine.id}, minutes * 60)
                for label, kind in names.items()
            },
        )

    def attach_detach(self, account: LocalAccount, call: Call) -> Answer:
        """https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/attach-detach-data-disks"""
        machine = copy.deepcopy(self._ready(account, call))
        asked = call.json()
        leaving = {str(told.get("diskId")).lower() for told in asked.get("dataDisksToDetach") or []}
        kept = machine.properties["storageProfile"]["dataDisks"]
        have = {entry["managedDisk"]["id"].lower() for entry in kept}
        if missing := leaving - have:
            message = f"Disk '{min(missing)}' is not attached to the VM '{machine.name}'."
            raise ArmError(400, "InvalidParameter", message, "dataDisksToDetach.diskId")
        wanted = [entry for entry in kept if entry["managedDisk"]["id"].lower() not in leaving]
        used = {entry["lun"] for entry in wanted}
        for told in asked.get("dataDisksToAttach") or []:
            lun = told["lun"] if told.get("lun") is not None else min(set(range(64)) - used)
            used.add(lun)
            entry = {n: told.get(n) for n in ("caching", "deleteOption")}
            wanted.append(
                {
                    **entry,
                    "lun": lun,
                    "createOption": "Attach",
                    "managedDisk": {"id": told.get("diskId")},
                }
            )
        data_disks.reconcile(account, machine, wanted)
        machine.state = "Updating"
        account.store.put(machine)
        carry_out(account, machine)
        operation = operations.begin(account, call, machine, "update", _profile(machine))
        headers = operations.accepted(account, call, operation, location=True)
        return Answer(202, None, headers)


def _profile(machine: Resource) -> Json:
    found: Json = machine.properties["storageProfile"]
    return found


def routes(family: VirtualMachines) -> list[Route]:
    act = Actions(family)
    names = {action: action[0].upper() + action[1:] for action in _POWER}
    powers = [
        Route("POST", f"{_ONE}/{action}", f"VirtualMachines_{name}", act.power(action))
        for action, name in names.items()
    ]
    sizes = "VirtualMachines_ListAvailableSizes"
    return [
        *powers,
        Route("GET", f"{_ONE}/instanceView", "VirtualMachines_InstanceView", act.instance_view),
        Route("GET", f"{_ONE}/vmSizes", sizes, list_sizes),
        Route("POST", f"{_ONE}/generalize", "VirtualMachines_Generalize", act.generalize),
        Route("POST", f"{_ONE}/simulateEviction", "VirtualMachines_SimulateEviction", act.evict),
        Route(
            "POST",
            f"{_ONE}/retrieveBootDiagnosticsData",
            "VirtualMachines_RetrieveBootDiagnosticsData",
            act.boot_diagnostics,
        ),
        Route(
            "POST",
            f"{_ONE}/attachDetachDataDisks",
            "VirtualMachines_AttachDetachDataDisks",
            act.attach_detach,
        ),
    ]
