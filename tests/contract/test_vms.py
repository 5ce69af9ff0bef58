"""Virtual machines: every sentence of the contract."""

from __future__ import annotations

import pytest

from novacron.errors import Conflict, NotFound
from novacron.models.vm import VmFilter, VmSize, VmState
from novacron.providers.base import FIRST_PAGE, iterate
from tests.contract.env import TENANT, Env


def test_a_created_vm_is_owned_tagged_and_billed(env: Env) -> None:
    spec, owner = env.vm_spec(tags={"team": "core"}), env.owner()
    made = env.done(lambda: env.provider.create_vm(spec, owner))
    env.made.append(made.id)
    assert made.state in (VmState.PENDING, VmState.RUNNING)
    assert made.bills_compute
    vm = env.until(made.id, VmState.RUNNING, made)
    assert (vm.name, vm.tags) == (spec.name, {"team": "core"})
    assert (vm.tenant, vm.operation) == (TENANT, owner.operation)
    assert vm.created_at is not None


def test_the_same_operation_never_makes_a_second_vm(env: Env) -> None:
    spec, owner = env.vm_spec(), env.owner()
    first = env.done(lambda: env.provider.create_vm(spec, owner))
    env.made.append(first.id)
    assert env.provider.create_vm(spec, owner).id == first.id
    found = list(iterate(env.provider.list_vms, VmFilter(operation=owner.operation)))
    assert [vm.id for vm in found] == [first.id]
    with pytest.raises(Conflict):
        env.provider.create_vm(spec.model_copy(update={"name": "other"}), owner)


def test_stop_start_resize_restart(env: Env) -> None:
    vm = env.running_vm()
    size = VmSize(vcpus=2, memory_mib=512, instance_type=env.other_type)
    with pytest.raises(Conflict):
        env.provider.resize_vm(vm.id, size)
    env.provider.restart_vm(vm.id)
    env.until(vm.id, VmState.RUNNING)
    stopped = env.until(vm.id, VmState.STOPPED, env.provider.stop_vm(vm.id, force=True))
    assert not stopped.bills_compute
    assert env.provider.stop_vm(vm.id).state is VmState.STOPPED
    with pytest.raises(Conflict):
        env.provider.restart_vm(vm.id)
    resized = env.until(vm.id, VmState.STOPPED, env.provider.resize_vm(vm.id, size))
    if env.other_type is None:
        assert (resized.vcpus, resized.memory_mib) == (2, 512)
    else:
        assert resized.instance_type == env.other_type
    env.until(vm.id, VmState.RUNNING, env.provider.start_vm(vm.id))
    assert env.provider.start_vm(vm.id).state is VmState.RUNNING


def test_a_graceful_stop_arrives(env: Env) -> None:
    vm = env.running_vm()
    env.boot(vm.id)
    change = env.provider.stop_vm(vm.id)
    assert change.state in (VmState.RUNNING, VmState.STOPPING, VmState.STOPPED)
    env.until(vm.id, VmState.STOPPED, change)


def test_a_deleted_vm_leaves_no_disk(env: Env) -> None:
    vm = env.running_vm()
    disks = env.provider.get_vm(vm.id).volume_ids
    assert disks
    env.deleted(env.provider.delete_vm, env.provider.get_vm, vm.id)
    listed = iterate(env.provider.list_vms, VmFilter(operation=vm.operation))
    assert list(listed) == []
    for disk in disks:
        with pytest.raises(NotFound):
            env.provider.get_volume(disk)


@pytest.mark.parametrize("unknown", ["i-0123456789abcdef0", "nonsense", "ümlaut"])
def test_unknown_ids_are_not_found(env: Env, unknown: str) -> None:
    provider = env.provider
    for attempt in (
        provider.get_vm,
        provider.start_vm,
        provider.stop_vm,
        provider.restart_vm,
        provider.delete_vm,
        provider.console_output,
    ):
        with pytest.raises(NotFound):
            attempt(unknown)


def test_lists_filter_and_walk_pages(env: Env) -> None:
    made = [env.running_vm(tags={"row": str(n), "suite": "paging"}) for n in range(3)]
    everything = VmFilter(tags={"suite": "paging"}, tenant=TENANT)
    walked = [vm.id for vm in iterate(env.provider.list_vms, everything)]
    assert sorted(walked) == sorted(vm.id for vm in made)
    one_by_one = []
    page = env.provider.list_vms(everything, FIRST_PAGE.model_copy(update={"limit": 1}))
    one_by_one += page.items
    while page.next_cursor is not None:
        following = {"limit": 1, "cursor": page.next_cursor}
        page = env.provider.list_vms(everything, FIRST_PAGE.model_copy(update=following))
        one_by_one += page.items
    assert sorted(vm.id for vm in one_by_one) == sorted(walked)
    for where in (
        VmFilter(name=made[1].name),
        VmFilter(tags={"row": "1", "suite": "paging"}),
        VmFilter(operation=made[1].operation),
    ):
        assert [vm.id for vm in iterate(env.provider.list_vms, where)] == [made[1].id]
    assert not list(
        iterate(
            env.provider.list_vms,
            VmFilter(tags={"suite": "paging"}, states=[VmState.STOPPED]),
        )
    )


def test_user_data_and_keys_reach_the_guest(env: Env) -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBX0 someone@example"
    script = "#!/bin/sh\n# the words of the contract"
    vm = env.running_vm(user_data=script, name="seeded")
    keyed = env.running_vm(user_data=script, ssh_keys=[key])
    if env.user_data is not None:
        assert script.rpartition("\n")[2] in env.user_data(vm.id)
        assert "novacron-user-data" in env.user_data(keyed.id)  # the end of a joined document
    assert len(env.provider.get_vm(vm.id).volume_ids) == 1


def test_the_console_is_text(env: Env) -> None:
    assert isinstance(env.provider.console_output(env.running_vm().id), str)
