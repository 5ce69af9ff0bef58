"""Run Command against the strict local account."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from novacron.errors import Conflict, InvalidSpec, NotReady
from novacron.migration.guest_script import prepare_script
from novacron.models.base import Ownership
from novacron.models.guest import GuestResult
from novacron.models.vm import Vm
from novacron.providers.aws.provider import AwsProvider
from novacron.providers.guest_commands import SCRIPT_BYTES
from tests.guest_shell import MISSING, GuestShell
from tests.unit.providers_aws.conftest import REGION, World


@pytest.fixture
def vm(world: World, provider: AwsProvider) -> Vm:
    return provider.get_vm(provider.create_vm(world.spec(), world.owner()).id)


def _give(world: World, vm: Vm, code: int = 0, said: str = "") -> list[str]:
    """The instance an agent; returns what it ran."""
    ran: list[str] = []

    def run(_: str, script: str) -> tuple[int, str, str]:
        ran.append(script)
        return code, said, "err"

    world.server.account.shells[vm.id] = run
    return ran


def _ended(provider: AwsProvider, vm: Vm, script: str, owner: Ownership) -> GuestResult:
    for _ in range(5):
        try:
            return provider.run_in_guest(vm.id, script, owner)
        except NotReady:
            continue
    raise AssertionError("it never ended")


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
def test_a_guest_is_prepared(world: World, provider: AwsProvider, vm: Vm, tmp_path: Path) -> None:
    shell = GuestShell(tmp_path / "guest")

    def run(vm_id: str, script: str) -> tuple[int, str, str]:
        told = shell(vm_id, script)
        return told.exit_code, told.output, ""

    world.server.account.shells[vm.id] = run
    told = _ended(provider, vm, prepare_script("azure", "op-1"), world.owner())
    assert told.exit_code == 0, told
    assert shell.hook.exists()
    assert shell.runs == 1


def test_without_an_agent_nothing_is_sent(world: World, provider: AwsProvider, vm: Vm) -> None:
    with pytest.raises(Conflict, match="not registered") as caught:
        provider.check_guest(vm.id)
    assert "AmazonSSMManagedInstanceCore" in (caught.value.remedy or "")
    with pytest.raises(Conflict, match="InvalidInstanceId"):
        provider.run_in_guest(vm.id, "true", world.owner())
    assert not [one for one in world.server.account.commands.values() if one.instance_id == vm.id]


def test_a_run_is_found_again_after_a_crash(world: World, provider: AwsProvider, vm: Vm) -> None:
    ran, owner = _give(world, vm), world.owner()
    with pytest.raises(NotReady):
        provider.run_in_guest(vm.id, "true", owner)
    told = _ended(world.provider(), vm, "true", owner)
    assert (told.exit_code, told.output) == (0, "err")
    assert ran == ["true"]


def test_an_invocation_that_is_not_seen_yet(world: World, provider: AwsProvider, vm: Vm) -> None:
    """https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html"""
    ran, owner = _give(world, vm), world.owner()
    world.fault("GetCommandInvocation", "InvocationDoesNotExist", http_status=400)
    assert _ended(provider, vm, "true", owner).exit_code == 0
    assert ran == ["true"]


def test_one_that_is_never_fetched(world: World, provider: AwsProvider, vm: Vm) -> None:
    ran, owner = _give(world, vm), world.owner()
    with pytest.raises(NotReady):
        provider.run_in_guest(vm.id, "true", owner)
    provider.stop_vm(vm.id, force=True)
    with pytest.raises(NotReady, match="Delayed"):
        provider.run_in_guest(vm.id, "true", owner)
    world.server.account.clock.advance(700)
    with pytest.raises(Conflict, match="Delivery Timed Out"):
        provider.run_in_guest(vm.id, "true", owner)
    assert not ran


def test_the_limits_of_a_document(world: World, provider: AwsProvider, vm: Vm) -> None:
    _give(world, vm, said="x" * 30_000)
    told = _ended(provider, vm, "#" * SCRIPT_BYTES, world.owner())
    assert len(told.output) == 4000
    with pytest.raises(InvalidSpec, match="64 KB"):
        provider.run_in_guest(vm.id, "#" * 2**16, world.owner())
    ssm = provider.client("ssm", REGION)
    for wrong, code in (
        ({"DocumentName": "AWS-RunPowerShellScript"}, "InvalidDocument"),
        ({"Parameters": {"command": ["true"]}}, "InvalidParameters"),
        ({"Parameters": {"commands": []}}, "InvalidParameters"),
    ):
        asked = {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": ["true"]}}
        with pytest.raises(ClientError, match=code):
            ssm.send_command(**{"InstanceIds": [vm.id], **asked, **wrong})
