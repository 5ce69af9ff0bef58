"""The states of a VM: https://learn.microsoft.com/en-us/azure/virtual-machines/states-billing"""

from __future__ import annotations

from ..store import Resource
from ..wire import Json


def of(machine: Resource) -> Json:
    statuses = [_provisioning(machine)]
    power = machine.private.get("power")
    if power:
        told = {"code": f"PowerState/{power}", "level": "Info", "displayStatus": f"VM {power}"}
        statuses.append(told)
    disk = machine.properties["storageProfile"]["osDisk"]["name"]
    ready = {"code": "ProvisioningState/succeeded", "level": "Info", "displayStatus": "Ready"}
    found: Json = {"statuses": statuses, "disks": [{"name": disk, "statuses": [ready]}]}
    if power == "running" and "osProfile" in machine.properties:
        found["computerName"] = machine.properties["osProfile"]["computerName"]
        found["vmAgent"] = {"vmAgentVersion": "2.9.1.1", "statuses": [ready]}
    if machine.properties.get("diagnosticsProfile", {}).get("bootDiagnostics", {}).get("enabled"):
        found["bootDiagnostics"] = {}
    return found


def _provisioning(machine: Resource) -> Json:
    failure = machine.private.get("failure")
    if machine.state == "Failed" and failure:
        return {
            "code": f"ProvisioningState/failed/{failure['code']}",
            "level": "Error",
            "displayStatus": "Provisioning failed",
            "message": failure["message"],
            "time": machine.private["settled"],
        }
    told = machine.state.lower()
    found: Json = {"code": f"ProvisioningState/{told}", "level": "Info"}
    found["displayStatus"] = f"Provisioning {told}" if told == "succeeded" else machine.state
    if "settled" in machine.private:
        found["time"] = machine.private["settled"]
    return found
