"""The guest is made ready inside the running source; a failure stops no copying."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from novacron.errors import NotReady, Throttled
from novacron.migration import control
from novacron.migration.guest.bundle import bundle
from novacron.migration.guest_script import prepare_script
from novacron.models.guest import GuestResult
from novacron.models.migration import GuestPreparation, Phase
from novacron.models.operation import Operation
from novacron.providers.guest_commands import SCRIPT_BYTES
from novacron.providers.memory.provider import MemoryProvider
from novacron.providers.transfer import LEAF_BYTES
from tests.guest_shell import MISSING, GuestShell
from tests.machine import Held
from tests.unit.migration.conftest import Move
from tests.world import ALICE

real = pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
DRIVERS = "usr/lib/modules/6.1.0-1-amd64/modules.dep"


@pytest.fixture
def shell(move: Move, tmp_path: Path) -> GuestShell:
    shell = GuestShell(tmp_path / "guest")
    move.source.shell = shell
    return shell


def _fails(move: Move, said: str = "no space left on device") -> None:
    move.source.shell = lambda _vm, _script: GuestResult(exit_code=1, output=said)


def _works(move: Move) -> None:
    """As a guest does: its disk has another leaf after it."""

    def run(_vm: str, _script: str) -> GuestResult:
        move.write(0, 77, os.urandom(100))
        return GuestResult(exit_code=0, output="Applied.")

    move.source.shell = run


def _held(move: Move, operation: Operation) -> str:
    with pytest.raises(Held):
        move.machine(operation).run()
    told = move.migration(operation)
    assert told.phase is Phase.HOLDING
    assert move.running() == ["source"]
    return told.reason or ""


def _guest(move: Move, operation: Operation) -> GuestPreparation:
    told = control.view(move.world.services, "acme", move.migration(operation).id).guest
    assert told is not None
    return told


def _cancelled(move: Move, operation: Operation, wait: Callable[[], None] = lambda: None) -> None:
    control.cancel(move.world.services, ALICE, move.migration(operation).id)
    machine = move.machine(operation)
    machine.wait = wait
    assert machine.run() == "Failed"
    assert move.migration(operation).phase is Phase.ROLLED_BACK
    assert move.running() == ["source"]


@real
def test_a_guest_is_prepared_before_its_disks_are_copied(move: Move, shell: GuestShell) -> None:
    operation = move.begin(prepare_guest=True)
    machine = move.machine(operation)
    assert machine.run() == "Succeeded"
    assert machine.states[:5] == ["Decide", "Choose", "PrepareGuest", "Decide", "Choose"]
    assert shell.hook.exists()
    assert "UUID=" in (shell.root / "etc/fstab").read_text()
    assert shell.runs == 1
    told = _guest(move, operation)
    assert (told.done, told.error, told.left) == (True, None, None)
    assert "initramfs" in told.output
    with move.source.opened():
        assert not move.source.cloud.guest_runs


@real
def test_a_cancel_puts_the_guest_back(move: Move, shell: GuestShell) -> None:
    before = shell.contents
    operation = move.begin(prepare_guest=True, cutover="approved")
    assert "approval" in _held(move, operation)
    assert shell.contents != before
    _cancelled(move, operation)
    assert shell.contents == before
    assert _guest(move, operation).left is None


@real
def test_what_a_person_prepared_is_not_undone(move: Move, shell: GuestShell) -> None:
    assert shell("", prepare_script("azure", "")).exit_code == 0
    prepared = shell.contents
    operation = move.begin(prepare_guest=True, cutover="approved")
    _held(move, operation)
    _cancelled(move, operation)
    assert shell.hook.exists()
    assert shell.contents == prepared


@real
def test_a_guest_that_cannot_boot_there_holds_the_move(move: Move, shell: GuestShell) -> None:
    drivers, before = (shell.root / DRIVERS).read_text(), shell.contents
    (shell.root / DRIVERS).write_text("kernel/drivers/ata/ahci.ko: \n")
    operation = move.begin(prepare_guest=True)
    reason = _held(move, operation)
    assert "Kernel 6.1.0-1-amd64 has no virtio_pci" in reason
    assert "Resume to try again" in reason
    (shell.root / DRIVERS).write_text(drivers)
    assert shell.contents == before
    control.resume(move.world.services, ALICE, move.migration(operation).id)
    assert move.machine(operation).run() == "Succeeded"
    assert shell.hook.exists()


def test_a_failed_conversion_forces_no_copy_again(move: Move) -> None:
    """migratekit #22: after the failure and a resume only what changed travels."""
    _fails(move)
    operation = move.begin(prepare_guest=True)
    assert "no space left on device" in _held(move, operation)
    packs = set(move.world.services.chunks("acme").objects.list("acme/packs"))
    first, *others = move.migration(operation).rounds
    assert first.changed_bytes == 4 * LEAF_BYTES
    assert sum(one.changed_bytes for one in others) == 0
    _works(move)
    control.resume(move.world.services, ALICE, move.migration(operation).id)
    machine = move.machine(operation)
    assert machine.run() == "Succeeded"
    assert machine.states[1:5] == ["Choose", "PrepareGuest", "Decide", "Choose"]
    assert machine.states.index("BeginRound") < machine.states.index("Fence")
    after = move.migration(operation).rounds[1 + len(others) :]
    assert sum(one.changed_bytes for one in after) < LEAF_BYTES
    assert after[0].changed_bytes > 0, "a round brings the change over before the cutover"
    assert after[-1].changed_bytes == 0
    assert _guest(move, operation).attempt == 2
    now = set(move.world.services.chunks("acme").objects.list("acme/packs"))
    assert packs < now
    assert len(now - packs) == 1


def test_without_a_channel_it_holds_and_can_be_cut_over_all_the_same(move: Move) -> None:
    operation = move.begin(prepare_guest=True)
    migration_id = move.migration(operation).id
    control.cut_over(move.world.services, ALICE, migration_id)
    reason = _held(move, operation)
    assert "No agent answers" in reason, "it was approved before it was known"
    assert "Give the cloud a shell." in reason, "the remedy is told"
    assert not [one for one in move.migration(operation).journal if one.effect.value == "guest"]
    control.cut_over(move.world.services, ALICE, migration_id)
    assert move.machine(operation).run() == "Succeeded"
    assert move.running() == ["target"]


def test_a_hold_is_told_before_a_clone_is_made(move: Move) -> None:
    _fails(move)
    operation = move.begin(prepare_guest=True, test_clone=True)
    assert "no space" in _held(move, operation)
    assert move.migration(operation).clone is None
    _works(move)
    control.resume(move.world.services, ALICE, move.migration(operation).id)
    machine = move.machine(operation)
    assert machine.run() == "Succeeded"
    assert machine.states.index("PrepareGuest") < machine.states.index("PrepareClone")


def test_one_that_never_ends_is_given_up(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> GuestResult:
        move.world.clock.at += timedelta(minutes=5)
        raise NotReady("It still runs.")

    _works(move)
    monkeypatch.setattr(MemoryProvider, "run_in_guest", never)
    operation = move.begin(prepare_guest=True)
    assert "did not end in 2100 s" in _held(move, operation)


def test_a_cancel_while_it_runs_leaves_no_run(move: Move) -> None:
    operation = move.begin(prepare_guest=True)
    ran = []

    def run(_vm: str, script: str) -> GuestResult:
        ran.append(script)
        if len(ran) == 1:
            control.cancel(move.world.services, ALICE, move.migration(operation).id)
        return GuestResult(exit_code=0)

    move.source.shell = run
    assert move.machine(operation).run() == "Failed"
    assert [" undo " in script for script in ran] == [False, True]
    with move.source.opened():
        assert not move.source.cloud.guest_runs


def test_a_guest_that_is_silent_keeps_no_roll_back_waiting(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    _works(move)
    operation = move.begin(prepare_guest=True, cutover="approved")
    _held(move, operation)
    looks = []

    def silent(*_: object) -> GuestResult:
        looks.append(move.world.clock.at)
        raise Throttled("not now")

    def wait() -> None:
        move.world.clock.at += timedelta(minutes=1)

    monkeypatch.setattr(MemoryProvider, "run_in_guest", silent)
    _cancelled(move, operation, wait)
    assert timedelta(minutes=9) < looks[-1] - looks[0] < timedelta(minutes=12)
    left = _guest(move, operation).left or ""
    assert left.startswith("not now")
    assert "novacron guest undo" in left


def test_an_undo_that_fails_is_told(move: Move) -> None:
    _works(move)
    operation = move.begin(prepare_guest=True, cutover="approved")
    _held(move, operation)
    _fails(move, "Error: /boot is full")
    _cancelled(move, operation)
    assert "/boot is full" in (_guest(move, operation).left or "")


def test_the_program_is_the_same_from_everywhere(tmp_path: Path) -> None:
    """An agent's answer is found by what was asked."""
    bundle(tmp_path / "guest.pyz")
    with zipfile.ZipFile(tmp_path / "guest.pyz") as made:
        assert {one.date_time[0] for one in made.infolist()} <= {1999, 2000}


def test_the_script_fits_every_channel() -> None:
    script = prepare_script("libvirt", "op-" + "0" * 64)
    assert len(script.encode()) < SCRIPT_BYTES
    assert "{{" not in script, "Systems Manager would look for a parameter"
