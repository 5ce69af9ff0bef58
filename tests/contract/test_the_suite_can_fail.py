"""A provider that breaks a promise fails the suite: the checks bite."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from novacron.models.base import Ownership, Page, PageRequest
from novacron.models.vm import Vm, VmFilter, VmSpec
from novacron.providers.memory.provider import MemoryProvider
from tests.contract import test_vms
from tests.contract.env import Env
from tests.contract.env_memory import open_env


class Forgetful(MemoryProvider):
    def create_vm(self, spec: VmSpec, owner: Ownership) -> Vm:
        self.cloud.made.clear()
        return super().create_vm(spec, owner)


class FirstPageOnly(MemoryProvider):
    def list_vms(self, where: VmFilter, page: PageRequest) -> Page[Vm]:
        return super().list_vms(where, page).model_copy(update={"next_cursor": None})


class LeavesDisks(MemoryProvider):
    def delete_vm(self, vm_id: str) -> None:
        self.cloud.own_volumes.pop(vm_id, None)
        super().delete_vm(vm_id)


class BillsInSilence(MemoryProvider):
    def get_vm(self, vm_id: str) -> Vm:
        return super().get_vm(vm_id).model_copy(update={"bills_compute": True})


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (Forgetful, test_vms.test_the_same_operation_never_makes_a_second_vm),
        (FirstPageOnly, test_vms.test_lists_filter_and_walk_pages),
        (LeavesDisks, test_vms.test_a_deleted_vm_leaves_no_disk),
        (BillsInSilence, test_vms.test_stop_start_resize_restart),
    ],
)
def test_a_broken_provider_fails(
    broken: type[MemoryProvider], check: Callable[[Env], None], tmp_path: Path
) -> None:
    with open_env(tmp_path) as env:
        check(env)
        env.provider = broken()
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            check(env)
