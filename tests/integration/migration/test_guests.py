"""A real guest goes to a cloud and comes back: the disk that the cloud exported boots in QEMU."""

from __future__ import annotations

import pytest

from novacron.models.operation import ResourceKind
from novacron.models.vm import VmState
from tests.integration.migration.conftest import NEIGHBOURS, Worlds

CLOUDS = ("aws", "azure", "gcp") if NEIGHBOURS else ("azure",)


@pytest.mark.qemu
@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_guest_that_was_in_a_cloud_boots_again(worlds: Worlds, cloud: str) -> None:
    if "libvirt" not in worlds.envs:
        pytest.skip("there is no libvirt host here")
    home = worlds.envs["libvirt"]
    vm = home.running_vm(disks=[{"name": "data", "size_gib": 1}])
    home.boot(vm.id)
    away = worlds.migrated(worlds.record("libvirt", vm), cloud)
    made = worlds.envs[cloud].provider.get_vm(away.target_vm_id or "")
    worlds.envs[cloud].made.append(made.id)
    moved = worlds.services.store.resource(away.tenant, ResourceKind.VM, away.new_vm_id or "")
    back = worlds.migrated(moved, "libvirt", name=f"{vm.name}-back")
    home.made.append(back.target_vm_id or "")
    assert home.provider.get_vm(back.target_vm_id or "").state is VmState.RUNNING
    home.boot(back.target_vm_id or "")
    worlds.tidied("libvirt", cloud)
