"""Scripts through QEMU's own guest agent, in a guest that is a namespace of this machine."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import libvirt
import libvirt_qemu
import pytest

from novacron.errors import Conflict, NotReady
from novacron.migration.guest_script import prepare_script, undo_script
from novacron.models.base import Ownership
from novacron.models.guest import GuestResult
from novacron.providers.libvirt.guest import LibvirtGuests
from tests.contract.env_libvirt import settle
from tests.guest_shell import MISSING, GuestShell
from tests.unit.providers_libvirt.test_errors import failure

if MISSING is not None or shutil.which("qemu-ga") is None:
    pytest.skip(MISSING or "qemu-ga is not installed", allow_module_level=True)
OWNER = Ownership(tenant="acme", operation="op-1-g1")


class Domain:
    """A channel to the agent, as libvirtd has one."""

    def __init__(self, path: str) -> None:
        self.channel = socket.socket(socket.AF_UNIX)
        self.channel.connect(path)
        self.lines = self.channel.makefile()

    def ask(self, command: str, wait: int, _flags: int) -> str:
        self.channel.settimeout(60 * wait)
        self.channel.sendall(command.encode())
        told = self.lines.readline()
        if "error" in (said := json.loads(told)):
            detail = f"unable to execute QEMU agent command: {said['error']['desc']}"
            raise failure(libvirt.VIR_ERR_INTERNAL_ERROR, detail)
        return told


class Guests(LibvirtGuests):
    def __init__(self, domain: Domain) -> None:
        self.found = domain

    def domain(self, _vm_id: str) -> Any:
        return None, self.found


@pytest.fixture
def shell(tmp_path: Path) -> GuestShell:
    return GuestShell(tmp_path / "guest")


@pytest.fixture
def domain(shell: GuestShell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Domain]:
    monkeypatch.setattr(libvirt_qemu, "qemuAgentCommand", lambda at, *told: at.ask(*told))
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen()
        agent = shell.agent(listening.fileno())
    try:
        yield Domain(str(tmp_path / "s"))
    finally:
        agent.kill()
        agent.wait()


def _ended(guests: Guests, script: str, owner: Ownership) -> GuestResult:
    for _ in range(240):
        try:
            return guests.run_in_guest("vm", script, owner)
        except NotReady:
            settle()
    raise AssertionError("the script never ended")


def test_the_guest_is_prepared_and_put_back_through_its_agent(
    domain: Domain, shell: GuestShell
) -> None:
    guests, before = Guests(domain), shell.contents
    guests.check_guest("vm")
    told = _ended(guests, prepare_script("aws", "op-1"), OWNER)
    assert told.exit_code == 0, told
    assert "Applied." in told.output
    assert shell.hook.exists()
    assert _ended(guests, "exit 7", OWNER) == told, "an owner's run is one"
    guests.forget_guest_run("vm", OWNER)
    other = OWNER.model_copy(update={"operation": "op-1-gu"})
    assert _ended(guests, undo_script("op-1"), other).exit_code == 0
    assert not shell.hook.exists()
    assert {k: v for k, v in shell.contents.items() if "qemu-ga" not in k} == {
        k: v for k, v in before.items() if "qemu-ga" not in k
    }


def test_a_script_runs_once_and_tells_its_code_and_errors(
    domain: Domain, shell: GuestShell
) -> None:
    guests = Guests(domain)
    script = "echo run >> /run/ran; echo out; echo err >&2; exit 3"
    for _ in range(3):
        with suppress(NotReady):
            guests.run_in_guest("vm", script, OWNER)
    told = _ended(guests, script, OWNER)
    assert (told.exit_code, told.output) == (3, "out\nerr")
    assert (shell.root / "run/ran").read_text() == "run\n"


def test_an_agent_that_may_not_run_programs(
    domain: Domain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blocked(command: str, *_: int) -> str:
        found = [{"name": "guest-exec", "enabled": False, "success-response": True}]
        return json.dumps({"return": {"version": "7", "supported_commands": found}})

    monkeypatch.setattr(domain, "ask", blocked)
    with pytest.raises(Conflict, match="does not take guest-exec") as caught:
        Guests(domain).check_guest("vm")
    assert "sysconfig/qemu-ga" in (caught.value.remedy or "")


def test_an_agent_that_is_silent(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> str:
        raise failure(libvirt.VIR_ERR_AGENT_UNRESPONSIVE, "QEMU guest agent is not connected")

    monkeypatch.setattr(domain, "ask", silent)
    with pytest.raises(Conflict, match="not connected") as caught:
        Guests(domain).check_guest("vm")
    assert caught.value.remedy
    Guests(domain).forget_guest_run("vm", OWNER)
