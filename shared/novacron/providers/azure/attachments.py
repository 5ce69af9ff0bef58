"""Attaching and detaching managed disks: changes of a VM's list of data disks.

The list in a PATCH is the whole truth: a disk that another change attached since we read the VM
would be detached by ours. So the action that names single disks is used, and not the list:
https://learn.microsoft.com/en-us/rest/api/compute/virtual-machines/attach-detach-data-disks
"""

from __future__ import annotations

from novacron.errors import Conflict, NotReady, QuotaExceeded
from novacron.providers.azure.machines import Machines
from novacron.providers.azure.ownership import Json
from novacron.providers.azure.states import power_of

MOST_LUNS = 64


class Attachments(Machines):
    def attach(self, machine: Json, disk: Json) -> str | None:
        """The operation that attaches ``disk``. It stays when the VM is deleted."""
        lun = free_lun(machine)
        wanted = {"diskId": disk["id"], "lun": lun, "deleteOption": "Detach", "caching": "None"}
        return self._change(machine, {"dataDisksToAttach": [wanted]})

    def detach(self, vm_id: str, disk: Json) -> str | None:
        machine = self.live_vm(vm_id)
        storage = machine["properties"]["storageProfile"]
        if _is(storage.get("osDisk") or {}, disk):
            raise Conflict(f"Volume {disk['name']} is the disk that {vm_id} boots from.")
        if not any(_is(entry, disk) for entry in storage.get("dataDisks") or []):
            raise NotReady(f"Volume {disk['name']} is being detached.")
        return self._change(machine, {"dataDisksToDetach": [{"diskId": disk["id"]}]})

    def _change(self, machine: Json, wanted: Json) -> str | None:
        if power_of(machine) in ("deallocating", "stopping"):
            raise NotReady(f"VM {machine['name']} is {power_of(machine)}.")
        start = self.compute.virtual_machines.begin_attach_detach_data_disks
        # Refused where someone took the LUN since we read the VM.
        return self.begin(start, machine["name"], wanted).operation


def free_lun(machine: Json) -> int:
    """The first free one. QuotaExceeded when there is none."""
    entries = machine["properties"]["storageProfile"].get("dataDisks") or []
    used = {entry["lun"] for entry in entries}
    free = next((lun for lun in range(MOST_LUNS) if lun not in used), None)
    if free is None:
        raise QuotaExceeded(f"VM {machine['name']} has {MOST_LUNS} volumes attached already.")
    return free


def _is(entry: Json, disk: Json) -> bool:
    return str((entry.get("managedDisk") or {}).get("id")).lower() == str(disk["id"]).lower()
