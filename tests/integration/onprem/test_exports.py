"""What an export does to a real VM, and what a VM does to an export."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from infra.local.onprem import host
from novacron.errors import Conflict, NotFound, NotReady, Unsupported
from novacron.models.image import BootMode
from novacron.models.transfer import AssembleSpec, Export, Import, ImportSpec, TransferState
from novacron.models.vm import Vm, VmState
from novacron.models.volume import ResourceFilter, SnapshotSpec, VolumeState
from novacron.providers.base import FIRST_PAGE
from novacron.providers.transfer import LEAF_BYTES
from tests.contract.env import Env
from tests.contract.env_libvirt import SECTOR, env_of, settings

if TYPE_CHECKING:
    from novacron.providers.libvirt.provider import LibvirtProvider

pytestmark = pytest.mark.qemu
DATA = 1


def _of(env: Env) -> LibvirtProvider:
    return cast("LibvirtProvider", env.provider)


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Env]:
    reason = host.missing()
    if reason is not None:
        pytest.skip(reason)
    from novacron.providers.libvirt.provider import LibvirtProvider

    running = host.start(tmp_path_factory.mktemp("host"))
    try:
        provider = LibvirtProvider.from_settings(settings(running), {})
        yield env_of("exports", provider, running)
    finally:
        running.stop()


@pytest.fixture
def vm(env: Env) -> Iterator[Vm]:
    made = env.running_vm(memory_mib=128, disks=[{"name": "data", "size_gib": 1}])
    yield made
    _of(env).delete_vm(made.id)
    env.made.clear()


def _write(env: Env, vm: Vm, leaf: int, data: bytes) -> None:
    assert env.write_block is not None
    env.write_block(vm.volume_ids[DATA], leaf * LEAF_BYTES // SECTOR, data)


def _begin(env: Env, vm: Vm, since: Export | None = None) -> Export:
    owner = env.owner()
    return env.done(lambda: _of(env).begin_export(vm.id, since, owner))


def _files(env: Env) -> list[str]:
    pool = Path(_of(env).account.hosts[0].folder)
    return sorted(one.name for one in pool.iterdir())


def _dirty(env: Env, export: Export) -> set[int]:
    told = _of(env).extents(export, DATA, 0, export.disks[DATA].size_bytes)
    return {one.offset // LEAF_BYTES for one in told}


def test_a_stopped_vm_is_exported_and_stays_stopped(env: Env, vm: Vm) -> None:
    provider = _of(env)
    provider.stop_vm(vm.id, force=True)
    before = _files(env)
    first = _begin(env, vm)
    assert provider.get_vm(vm.id).state is VmState.STOPPED
    assert not provider.get_vm(vm.id).bills_compute
    provider.release_vm(vm.id)
    assert provider.get_export(first).id == first.id
    provider.end_export(first)
    assert provider.get_vm(vm.id).state is VmState.STOPPED
    assert _files(env) == before
    _write(env, vm, 5, b"five")
    later = _begin(env, vm, first)
    assert later.disks[DATA].since_id is not None
    env.done(lambda: provider.delete_export(later))
    env.done(lambda: provider.delete_export(first))
    assert provider.get_vm(vm.id).state is VmState.STOPPED
    assert _files(env) == before


def test_who_starts_a_vm_that_is_being_exported_keeps_it_running(env: Env, vm: Vm) -> None:
    provider = _of(env)
    provider.stop_vm(vm.id, force=True)
    export = _begin(env, vm)
    assert provider.start_vm(vm.id).state is VmState.RUNNING
    env.done(lambda: provider.delete_export(export))
    assert provider.get_vm(vm.id).state is VmState.RUNNING


def test_one_job_at_a_time(env: Env, vm: Vm) -> None:
    provider, owner = _of(env), env.owner()
    first = provider.begin_export(vm.id, None, owner)
    with pytest.raises(NotReady):
        provider.begin_export(vm.id, None, env.owner())
    snapshot = SnapshotSpec(name="meanwhile", volume_id=vm.volume_ids[DATA])
    with pytest.raises(NotReady):
        provider.create_snapshot(snapshot, env.owner())
    provider.end_export(first)
    with pytest.raises(Conflict):
        env.done(lambda: provider.begin_export(vm.id, None, owner))
    env.done(lambda: provider.delete_export(first))


def test_a_fenced_vm_is_exported_and_goes_on(env: Env, vm: Vm) -> None:
    provider = _of(env)
    for _ in range(2):
        assert provider.fence_vm(vm.id).state is VmState.SUSPENDED
    export = _begin(env, vm)
    provider.end_export(export)
    assert provider.get_vm(vm.id).state is VmState.SUSPENDED
    for _ in range(2):
        assert provider.release_vm(vm.id).state is VmState.RUNNING
    env.done(lambda: provider.delete_export(export))


def test_only_the_checkpoint_that_changes_are_told_against_stays(env: Env, vm: Vm) -> None:
    provider = _of(env)
    export = None
    for leaf in (1, 2, 3):
        since = export
        export = _begin(env, vm, since)
        assert _dirty(env, export) == ({leaf - 1} if since else set())
        provider.end_export(export)
        _, domain = provider.domain(vm.id)
        assert [one.getName() for one in domain.listAllCheckpoints()] == [export.id]
        _write(env, vm, leaf, b"x")
    assert export is not None
    env.done(lambda: provider.delete_export(export))
    assert not domain.listAllCheckpoints()


def test_a_crash_of_qemu_makes_everything_count_as_changed(env: Env, vm: Vm) -> None:
    provider = _of(env)
    provider.stop_vm(vm.id, force=True)
    _write(env, vm, 3, b"three")
    provider.start_vm(vm.id)
    first = _begin(env, vm)
    provider.end_export(first)
    open_export = _begin(env, vm, first)
    found = subprocess.run(["pgrep", "-f", f"uuid {vm.id}"], capture_output=True, check=True)
    os.kill(int(found.stdout.split()[0]), signal.SIGKILL)
    env.until(vm.id, VmState.STOPPED)
    with pytest.raises(NotFound):
        provider.get_export(open_export)
    provider.start_vm(vm.id)
    later = _begin(env, vm, open_export)
    assert later.disks[DATA].since_id is None
    assert _dirty(env, later) == {3}
    for export in (later, open_export, first):
        env.done(lambda: provider.delete_export(export))  # noqa: B023
    _, domain = provider.domain(vm.id)
    assert not domain.listAllCheckpoints()


def _import(env: Env) -> Import:
    spec = ImportSpec(name="arriving", region="onprem", size_bytes=LEAF_BYTES * 3 + 4096)
    made: Import = _of(env).begin_import(spec, env.owner())
    return made


def test_a_half_written_import_is_no_volume_that_can_be_used(env: Env) -> None:
    provider, before = _of(env), _files(env)
    target = _import(env)
    provider.write(target, 3 * LEAF_BYTES, b"e" * 4096)
    [listed] = provider.list_volumes(ResourceFilter(name="arriving"), FIRST_PAGE).items
    assert (listed.state, listed.size_gib) == (VolumeState.CREATING, 1)
    with pytest.raises(NotFound):
        provider.attach_volume(target.id, env.running_vm(memory_mib=128).id)
    with pytest.raises(Conflict):
        provider.assemble_vm(_assembly(), [target], env.owner())
    sealed = provider.seal_import(target, 1)
    assert sealed.state is TransferState.READY
    assert provider.read_back(target, 3 * LEAF_BYTES, 4096) == b"e" * 4096
    assert provider.get_volume(target.id).state is VolumeState.AVAILABLE
    provider.delete_vm(env.made.pop())
    provider.delete_volume(target.id)
    assert _files(env) == before


def _assembly(**told: object) -> AssembleSpec:
    given = {"name": "moved", "region": "onprem", "vcpus": 1, "memory_mib": 128, **told}
    return AssembleSpec.model_validate(given)


def test_an_assembled_vm_takes_its_disks_with_it(env: Env) -> None:
    provider, before = _of(env), _files(env)
    sealed = provider.seal_import(_import(env), 0)
    vm = provider.assemble_vm(_assembly(), [sealed], env.owner())
    for refused in (
        lambda: provider.delete_import(sealed),
        lambda: provider.detach_volume(sealed.id),
        lambda: provider.assemble_vm(_assembly(), [sealed], env.owner()),
    ):
        with pytest.raises(Conflict):
            refused()
    # Its disks keep bitmaps: it can move on.
    export = _begin(env, vm)
    assert export.disks[0].size_bytes == sealed.size_bytes
    provider.delete_vm(vm.id)
    left = [one for one in _files(env) if one not in before]
    assert left == [Path(export.access["socket"]).name]


def test_uefi_needs_firmware(env: Env) -> None:
    if list(Path("/usr/share/qemu/firmware").glob("*.json")):
        pytest.skip("this host has firmware")
    sealed = _of(env).seal_import(_import(env), 0)
    with pytest.raises(Unsupported, match="firmware"):
        _of(env).assemble_vm(_assembly(boot_mode=BootMode.UEFI), [sealed], env.owner())
    _of(env).delete_import(sealed)
