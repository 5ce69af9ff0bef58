"""The QEMU guest agent: https://qemu-project.gitlab.io/qemu/interop/qemu-ga-ref.html

The agent tells how a program ended once, to who asks first. So the script is begun by a program
that keeps its output and exit code in a folder of the guest, which is its owner's and is read as
files are; a guest that boots anew has lost the folder with the run.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from contextlib import suppress
from typing import Any

import libvirt
import libvirt_qemu

from novacron.errors import Conflict, NotReady
from novacron.models.base import Ownership
from novacron.models.guest import GuestResult
from novacron.providers.guest_commands import GUEST_SECONDS, GuestCommands, bounded
from novacron.providers.libvirt.base import LibvirtBase
from novacron.providers.libvirt.errors import translated

WAIT_SECONDS = 5
"""For an answer of the agent, which does nothing long itself."""
NEEDED = ("guest-exec", "guest-file-open", "guest-file-read", "guest-file-close")
_REMEDY = (
    "Start qemu-guest-agent in the guest and let it run programs and read files (RHEL and its kin "
    "block that in /etc/sysconfig/qemu-ga), or prepare the guest by hand."
)
_KEEPER = f"""umask 077
mkdir "$0" || exit
cat > "$0/script"
timeout {GUEST_SECONDS} sh "$0/script" > "$0/output" 2>&1 < /dev/null
echo $? > "$0/exit.new"
mv "$0/exit.new" "$0/exit"
"""
_MOST_BYTES = 64 * 1024
_AGENT_ERRORS = (
    libvirt.VIR_ERR_AGENT_UNRESPONSIVE,
    libvirt.VIR_ERR_AGENT_UNSYNCED,
    libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED,
    libvirt.VIR_ERR_INTERNAL_ERROR,
)
"""The last is what the agent itself refuses (libvirt, qemu_agent.c)."""


class LibvirtGuests(LibvirtBase, GuestCommands):
    @translated
    def check_guest(self, vm_id: str) -> None:
        _, domain = self.domain(vm_id)
        told = _ask(domain, "guest-info")["supported_commands"]
        enabled = {one["name"] for one in told if one["enabled"]}
        if missing := [one for one in NEEDED if one not in enabled]:
            detail = f"The agent of {vm_id} does not take {', '.join(missing)}."
            raise Conflict(detail, remedy=_REMEDY)

    @translated
    def run_in_guest(self, vm_id: str, script: str, owner: Ownership) -> GuestResult:
        _, domain = self.domain(vm_id)
        folder = _folder(owner)
        code = _read(domain, f"{folder}/exit")
        if code is not None:
            return bounded(int(code), _read(domain, f"{folder}/output"))
        if _read(domain, f"{folder}/script") is None:
            sent = b64encode(script.encode()).decode()
            _exec(domain, "/bin/sh", ["-c", _KEEPER, folder], {"input-data": sent})
        raise NotReady(f"The script runs in {vm_id}.")

    @translated
    def forget_guest_run(self, vm_id: str, owner: Ownership) -> None:
        """Where the agent no longer answers, the guest's next boot does it."""
        _, domain = self.domain(vm_id)
        with suppress(Conflict):
            _exec(domain, "/bin/rm", ["-rf", _folder(owner)], {})


def _folder(owner: Ownership) -> str:
    """In memory alone."""
    return f"/run/novacron-{owner.operation}"


def _exec(domain: Any, path: str, arguments: list[str], more: dict[str, str]) -> None:
    _ask(domain, "guest-exec", path=path, arg=arguments, **more)


def _read(domain: Any, path: str) -> str | None:
    """The end of a file that may be a little longer than a result; None: there is none."""
    try:
        handle = _ask(domain, "guest-file-open", path=path, mode="r")
    except Conflict as error:
        if "No such file" not in error.detail:
            raise
        return None
    told = _ask(domain, "guest-file-read", handle=handle, count=_MOST_BYTES)
    _ask(domain, "guest-file-close", handle=handle)
    return b64decode(told["buf-b64"]).decode(errors="replace")


def _ask(domain: Any, command: str, **arguments: Any) -> Any:
    """What the agent returns. Conflict: it does not answer, or refuses."""
    asked = json.dumps({"execute": command, "arguments": arguments})
    try:
        told = libvirt_qemu.qemuAgentCommand(domain, asked, WAIT_SECONDS, 0)
    except libvirt.libvirtError as error:
        if error.get_error_code() not in _AGENT_ERRORS:
            raise
        raise Conflict(f"libvirt: {error.get_error_message()}", remedy=_REMEDY) from error
    return json.loads(told)["return"]
