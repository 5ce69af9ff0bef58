"""Managed run commands: https://learn.microsoft.com/en-us/azure/virtual-machines/linux/run-command-managed

They have a name, so that a run is found again, a time limit of ours, and leave the VM free for
other changes; the older action has neither, and takes one script at a time.
"""

from __future__ import annotations

from novacron.errors import Conflict, NotReady
from novacron.models.base import Ownership
from novacron.models.guest import GuestResult
from novacron.providers.azure.errors import translated
from novacron.providers.azure.machines import Machines
from novacron.providers.azure.operations import CANCELED, FAILED, SUCCEEDED
from novacron.providers.azure.ownership import Json
from novacron.providers.azure.states import power_of
from novacron.providers.guest_commands import GUEST_SECONDS, GuestCommands, bounded

UNDER_WAY = frozenset({"Unknown", "Pending", "Running"})
_REMEDY = "Start the Azure Linux agent (walinuxagent) in it, or prepare the guest by hand."


class AzureGuests(Machines, GuestCommands):
    @translated
    def check_guest(self, vm_id: str) -> None:
        found = self.live_vm(vm_id)
        power = power_of(found)
        if power != "running":
            raise Conflict(f"VM {vm_id} is {power or 'not placed yet'}, and so nothing runs in it.")
        agent = found["properties"].get("instanceView", {}).get("vmAgent") or {}
        if not any(one.get("displayStatus") == "Ready" for one in agent.get("statuses") or []):
            raise Conflict(f"The agent of VM {vm_id} does not answer.", remedy=_REMEDY)

    @translated
    def run_in_guest(self, vm_id: str, script: str, owner: Ownership) -> GuestResult:
        commands, name = self.compute.virtual_machine_run_commands, _name(owner)
        look = commands.get_by_virtual_machine
        found = self.find_native(look, self.named(vm_id), name, expand="instanceView")
        if found is not None:
            return _result(found["properties"])
        body = {
            "location": self.live_vm(vm_id)["location"],
            "properties": {
                "source": {"script": script},
                "asyncExecution": True,
                "timeoutInSeconds": GUEST_SECONDS,
            },
        }
        self.begin(commands.begin_create_or_update, vm_id, name, body)
        raise NotReady(f"{vm_id} has been sent the script.")

    @translated
    def forget_guest_run(self, vm_id: str, owner: Ownership) -> None:
        from azure.core.exceptions import ResourceNotFoundError

        delete = self.compute.virtual_machine_run_commands.begin_delete
        try:
            self.begin(delete, self.named(vm_id), _name(owner))
        except ResourceNotFoundError:
            return  # the VM is gone, and it with the VM


def _name(owner: Ownership) -> str:
    return f"novacron-{owner.operation}"


def _result(told: Json) -> GuestResult:
    """Asynchronous: provisioning tells that the script was begun, the view how it ended."""
    view = told.get("instanceView") or {}
    state = view.get("executionState", "Unknown")
    if state in UNDER_WAY and told.get("provisioningState") not in (FAILED, CANCELED):
        raise NotReady(f"The script is {state}.")
    if state not in (SUCCEEDED, FAILED) or view.get("exitCode") is None:
        why = view.get("executionMessage") or f"it is {state}"
        raise Conflict(f"The script was not carried out: {why}", remedy=_REMEDY)
    return bounded(view["exitCode"], view.get("output"), view.get("error"))
