"""Guests of the in-memory cloud: whoever makes the provider says what runs in them."""

from __future__ import annotations

from collections.abc import Callable

from novacron.errors import Conflict, NotReady
from novacron.models.base import Ownership
from novacron.models.guest import GuestResult
from novacron.models.vm import VmState
from novacron.providers.guest_commands import GuestCommands
from novacron.providers.memory.cloud import MemoryBase, call, find


class MemoryGuests(MemoryBase, GuestCommands):
    """``shell``: runs a script in a VM; None: no guest here has an agent."""

    shell: Callable[[str, str], GuestResult] | None = None

    @call
    def check_guest(self, vm_id: str) -> None:
        self._shell(vm_id)

    @call
    def run_in_guest(self, vm_id: str, script: str, owner: Ownership) -> GuestResult:
        run = (vm_id, owner.operation)
        if run not in self.cloud.guest_runs:
            self.cloud.guest_runs[run] = self._shell(vm_id)(vm_id, script)
            raise NotReady("The script has just begun.")
        return self.cloud.guest_runs[run]

    @call
    def forget_guest_run(self, vm_id: str, owner: Ownership) -> None:
        self.cloud.guest_runs.pop((vm_id, owner.operation), None)

    def _shell(self, vm_id: str) -> Callable[[str, str], GuestResult]:
        if find(self.cloud.vms, "VM", vm_id).state is not VmState.RUNNING:
            raise Conflict(f"{vm_id} does not run, and so nothing in it.")
        if self.shell is None:
            raise Conflict(f"No agent answers in {vm_id}.", remedy="Give the cloud a shell.")
        return self.shell
