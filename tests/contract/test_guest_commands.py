"""Scripts that a provider runs inside a guest, wherever a guest here has an agent."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from novacron.errors import Conflict, NotFound, NotReady
from novacron.models.guest import OUTPUT_CHARS, GuestResult
from novacron.models.vm import Vm
from novacron.providers.guest_commands import SCRIPT_BYTES, GuestCommands
from tests.contract.env import Env


@dataclass
class Shell:
    """Ends with the number that a script says first, and tells all of it."""

    ran: list[str] = field(default_factory=list)

    def __call__(self, script: str) -> GuestResult:
        self.ran.append(script)
        code, _, said = script.partition(" ")
        return GuestResult(exit_code=int(code), output=said[-OUTPUT_CHARS:])


@pytest.fixture
def commands(env: Env) -> GuestCommands:
    if env.agent is None:
        pytest.skip(f"no guest of {env.name} has an agent here")
    assert isinstance(env.provider, GuestCommands)
    return env.provider


@pytest.fixture
def shell() -> Shell:
    return Shell()


@pytest.fixture
def vm(env: Env, commands: GuestCommands, shell: Shell) -> Vm:
    vm = env.running_vm()
    assert env.agent is not None
    env.agent(vm.id, shell)
    commands.check_guest(vm.id)
    return vm


def test_a_script_runs_once_and_is_looked_at(
    env: Env, commands: GuestCommands, vm: Vm, shell: Shell
) -> None:
    owner = env.owner()
    with pytest.raises(NotReady):
        commands.run_in_guest(vm.id, "0 hello", owner)
    for _ in range(2):
        told = env.done(lambda: commands.run_in_guest(vm.id, "0 hello", owner))
        assert (told.exit_code, told.output) == (0, "hello")
    assert shell.ran == ["0 hello"]
    commands.forget_guest_run(vm.id, owner)
    commands.forget_guest_run(vm.id, owner)


def test_owners_have_runs_of_their_own_and_a_failure_is_a_result(
    env: Env, commands: GuestCommands, vm: Vm, shell: Shell
) -> None:
    first, second = env.owner(), env.owner()
    assert env.done(lambda: commands.run_in_guest(vm.id, "3 no", first)).exit_code == 3
    assert env.done(lambda: commands.run_in_guest(vm.id, "0 yes", second)).exit_code == 0
    assert shell.ran == ["3 no", "0 yes"]


def test_the_longest_script_and_the_end_of_what_it_says(
    env: Env, commands: GuestCommands, vm: Vm, shell: Shell
) -> None:
    script = "0 " + "x" * (SCRIPT_BYTES - 5) + "end"
    owner = env.owner()
    told = env.done(lambda: commands.run_in_guest(vm.id, script, owner))
    assert told.output.endswith("end")
    assert shell.ran == [script]


def test_a_vm_that_is_not_there(env: Env, commands: GuestCommands) -> None:
    for missing in ("no-such-vm", "i-0123456789abcdef0"):
        with pytest.raises(NotFound):
            commands.check_guest(missing)


def test_nothing_runs_in_a_vm_that_is_stopped(env: Env, commands: GuestCommands, vm: Vm) -> None:
    env.done(lambda: commands.check_guest(vm.id))
    env.provider.stop_vm(vm.id, force=True)
    env.settle()
    env.provider.get_vm(vm.id)
    with pytest.raises(Conflict):
        commands.check_guest(vm.id)
