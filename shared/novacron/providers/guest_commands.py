"""Scripts that a provider runs inside a running guest, by an agent of its own there.

The rules of ``providers.base`` hold. Nobody logs in: who may call the provider's API so may run
anything as root, which is the provider's design and not ours.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from novacron.models.base import Ownership
from novacron.models.guest import OUTPUT_CHARS, GuestResult

SCRIPT_BYTES = 48 * 1024
"""What every channel takes in one piece; the smallest is Systems Manager's 64 KB of a document."""
GUEST_SECONDS = 1800
"""How long a script may run: every initramfs of a slow machine is made anew in it."""


class GuestCommands(ABC):
    """Can run a shell script as root in a guest."""

    @abstractmethod
    def check_guest(self, vm_id: str) -> None:
        """Whether the guest's agent answers now. NotFound (the VM); Conflict, with the remedy,
        when it does not, or the VM is not running."""

    @abstractmethod
    def run_in_guest(self, vm_id: str, script: str, owner: Ownership) -> GuestResult:
        """Start the script, and look how it goes: NotReady until it has ended.

        ``script``: for ``/bin/sh``, at most SCRIPT_BYTES. Idempotent by ``owner.operation`` until
        ``forget_guest_run``: a repeat looks at the same run. A script that ends is a result,
        whatever it ends with; Conflict when it was not carried out, or not to its end.
        """

    @abstractmethod
    def forget_guest_run(self, vm_id: str, owner: Ownership) -> None:
        """Remove what is kept of the owner's run. None there is fine."""


def bounded(exit_code: int, *outputs: str | None) -> GuestResult:
    """The end of what was said."""
    said = "\n".join(one.strip() for one in outputs if one and one.strip())
    return GuestResult(exit_code=exit_code, output=said[-OUTPUT_CHARS:])
