"""Managed run commands against the strict local subscription."""

from __future__ import annotations

from pathlib import Path

import pytest

from novacron.errors import Conflict, NotReady
from novacron.migration.guest_script import prepare_script
from novacron.models.base import Ownership
from novacron.models.guest import GuestResult
from novacron.models.vm import Vm
from novacron.providers.azure.provider import AzureProvider
from tests.guest_shell import MISSING, GuestShell
from tests.unit.providers_azure.conftest import World

COMMANDS = "virtualMachines/runCommands"


@pytest.fixture
def vm(world: World, provider: AzureProvider) -> Vm:
    return provider.get_vm(provider.create_vm(world.spec(), world.owner()).id)


def _ended(provider: AzureProvider, vm: Vm, script: str, owner: Ownership) -> GuestResult:
    for _ in range(5):
        try:
            return provider.run_in_guest(vm.id, script, owner)
        except NotReady:
            continue
    raise AssertionError("it never ended")


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_a_guest_is_prepared_and_nothing_of_the_run_stays(
    world: World, provider: AzureProvider, vm: Vm, tmp_path: Path
) -> None:
    shell, owner = GuestShell(tmp_path / "guest"), world.owner()

    def run(vm_id: str, script: str) -> tuple[int, str, str]:
        told = shell(vm_id, script)
        return told.exit_code, told.output, ""

    world.server.account.shells[vm.id] = run
    provider.check_guest(vm.id)
    told = _ended(provider, vm, prepare_script("aws", "op-1"), owner)
    assert told.exit_code == 0, told
    assert shell.hook.exists()
    assert shell.runs == 1
    assert COMMANDS in world.kinds()
    provider.forget_guest_run(vm.id, owner)
    assert COMMANDS not in world.kinds()


def test_an_agent_that_takes_nothing_runs_into_the_time_limit(
    world: World, provider: AzureProvider, vm: Vm
) -> None:
    owner = world.owner()
    for _ in range(4):
        with pytest.raises(NotReady):
            provider.run_in_guest(vm.id, "true", owner)
    world.server.account.clock.advance(1801)
    with pytest.raises(Conflict, match="timed out") as caught:
        provider.run_in_guest(vm.id, "true", owner)
    assert "walinuxagent" in (caught.value.remedy or "")
    provider.delete_vm(vm.id)
    assert COMMANDS not in world.kinds(), "it goes with its VM"


def test_a_run_that_azure_could_not_begin(world: World, provider: AzureProvider, vm: Vm) -> None:
    world.server.account.shells[vm.id] = lambda *_: (0, "", "")
    told = "VMExtensionProvisioningError"
    world.fault("VirtualMachineRunCommands_CreateOrUpdate", told, when="async")
    owner = world.owner()
    with pytest.raises(NotReady):
        provider.run_in_guest(vm.id, "true", owner)
    with pytest.raises(Conflict, match="not carried out"):
        provider.run_in_guest(vm.id, "true", owner)


def test_a_stopped_vm_takes_none(world: World, provider: AzureProvider, vm: Vm) -> None:
    provider.stop_vm(vm.id, force=True)
    with pytest.raises(Conflict, match="deallocated"):
        provider.check_guest(vm.id)
    with pytest.raises(Conflict, match="not running"):
        provider.run_in_guest(vm.id, "true", world.owner())


def test_output_is_its_end_and_a_failure_a_result(
    world: World, provider: AzureProvider, vm: Vm
) -> None:
    world.server.account.shells[vm.id] = lambda *_: (9, "x" * 5000 + "end", "")
    told = _ended(provider, vm, "exit 9", world.owner())
    assert told.exit_code == 9
    assert told.output.endswith("end")
    assert len(told.output) == 4000
