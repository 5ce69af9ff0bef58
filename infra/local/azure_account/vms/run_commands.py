"""Managed run commands, each a resource below its VM; what a guest answers is told by whoever made
the account: https://learn.microsoft.com/en-us/rest/api/compute/virtual-machine-run-commands
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..families import Family, normal
from ..routes import Route
from ..store import Resource
from ..wire import ArmError, Call, Json

if TYPE_CHECKING:
    from ..account import LocalAccount

Shell = Callable[[str, str], tuple[int, str, str]]
"""VM's name and script -> exit code, standard output, standard errors."""
RUN_COMMAND = "Microsoft.Compute/virtualMachines/runCommands"
# https://learn.microsoft.com/en-us/azure/virtual-machines/linux/run-command: restrictions
OUTPUT_BYTES = 4096
_SOURCES = ("script", "scriptUri", "commandId")
_ASKED = {"source", "asyncExecution", "timeoutInSeconds"}


class RunCommands(Family):
    type = RUN_COMMAND
    noun = "VirtualMachineRunCommands"
    verbs = ("ListByVirtualMachine", "", "")
    parent = "virtualMachines"
    busy = "Creating"
    etags = False

    def prepare(
        self, account: LocalAccount, call: Call, new: Resource, old: Resource | None
    ) -> None:
        asked = call.json().get("properties") or {}
        if normal(call.json().get("location")) != account.location:
            raise ArmError(400, "LocationRequired", "The location is missing, or another one.")
        if unknown := asked.keys() - _ASKED:
            raise ArmError(400, "InvalidParameter", f"Not carried out here: {sorted(unknown)}.")
        sources = [one for one in _SOURCES if (asked.get("source") or {}).get(one)]
        if sources != ["script"] or not asked.get("asyncExecution"):
            message = "A script of one's own, begun and not waited for, is all that is run here."
            raise ArmError(400, "InvalidParameter", message, "source")
        seconds = asked.get("timeoutInSeconds", 5400)
        if not isinstance(seconds, int) or seconds < 1:
            raise ArmError(400, "InvalidParameter", "timeoutInSeconds is not valid.")
        if _machine(account, new).private.get("power") != "running":
            # https://learn.microsoft.com/en-us/azure/virtual-machines/extensions/troubleshoot
            message = "Cannot modify extensions in the VM when the VM is not running."
            raise ArmError(409, "OperationNotAllowed", message)
        if old is not None:
            raise ArmError(400, "InvalidParameter", "A run command is not run again here.")
        new.properties = {**asked, "timeoutInSeconds": seconds}
        new.private = {"begun": account.clock.now(), "looks": 0}

    def extra(self, account: LocalAccount, resource: Resource, call: Call | None) -> Json:
        wanted = (call.query.get("$expand", "") if call else "").lower()
        if wanted not in ("", "instanceview"):
            raise ArmError(400, "InvalidParameter", f"The value '{wanted}' of $expand is invalid.")
        return {"instanceView": _view(account, resource)} if wanted else {}

    def view(self, account: LocalAccount, resource: Resource, call: Call | None = None) -> Json:
        return {"location": resource.location, **super().view(account, resource, call)}

    def routes(self) -> list[Route]:
        """A single look is named after the VM here."""
        get = f"{self.noun}_Get"
        return [
            replace(one, operation=f"{get}ByVirtualMachine") if one.operation == get else one
            for one in super().routes()
        ]


def _machine(account: LocalAccount, command: Resource) -> Resource:
    found = account.store.get(command.id.partition("/runCommands/")[0])
    assert found is not None  # the path named it
    return found


def _view(account: LocalAccount, command: Resource) -> Json:
    """Pending, then running, then its end; without an agent it never begins."""
    told = command.private
    machine = _machine(account, command)
    shell = account.shells.get(machine.name)
    if "ended" not in told:
        told["looks"] += 1
        if account.clock.now() - told["begun"] > command.properties["timeoutInSeconds"]:
            return {"executionState": "TimedOut", "executionMessage": "Execution timed out."}
        if shell is None or machine.private.get("power") != "running" or told["looks"] < 2:
            return {"executionState": "Pending"}
        if told["looks"] < 3:
            return {"executionState": "Running"}
        told["ended"] = shell(machine.name, command.properties["source"]["script"])
    code, out, err = told["ended"]
    return {
        "executionState": "Failed" if code else "Succeeded",
        "exitCode": code,
        "output": out[-OUTPUT_BYTES:],
        "error": err[-OUTPUT_BYTES:],
        "startTime": account.timestamp(told["begun"]),
        "endTime": account.timestamp(),
    }
