"""Volumes, snapshots and images: every sentence of the contract."""

from __future__ import annotations

import pytest

from novacron.errors import Conflict, InvalidSpec, NotFound
from novacron.models.image import ImageSpec, ImageState
from novacron.models.volume import (
    ResourceFilter,
    Snapshot,
    SnapshotSpec,
    SnapshotState,
    Volume,
    VolumeState,
)
from novacron.providers.base import iterate
from tests.contract.env import TENANT, Env


def _available(env: Env, volume: Volume) -> Volume:
    for _ in range(env.looks):
        if volume.state is VolumeState.AVAILABLE:
            return volume
        env.settle()
        volume = env.provider.get_volume(volume.id)
    raise AssertionError(f"never available: {volume}")


def _ready(env: Env, snapshot: Snapshot) -> Snapshot:
    for _ in range(env.looks):
        if snapshot.state is SnapshotState.READY:
            return snapshot
        env.settle()
        snapshot = env.provider.get_snapshot(snapshot.id)
    raise AssertionError(f"never ready: {snapshot}")


def test_create_is_idempotent_owned_and_found_again(env: Env) -> None:
    spec, owner = env.volume_spec(tags={"team": "core"}), env.owner()
    made = env.provider.create_volume(spec, owner)
    assert env.provider.create_volume(spec, owner).id == made.id
    with pytest.raises(Conflict):
        env.provider.create_volume(spec.model_copy(update={"size_gib": 2}), owner)
    where = ResourceFilter(operation=owner.operation, tenant=TENANT)
    (found,) = iterate(env.provider.list_volumes, where)
    assert (found.id, found.size_gib, found.tags) == (made.id, 1, {"team": "core"})
    _available(env, made)
    env.provider.delete_volume(made.id)
    with pytest.raises(NotFound):
        env.provider.delete_volume(made.id)


def test_attach_and_detach(env: Env) -> None:
    vm = env.running_vm()
    env.boot(vm.id)
    volume = _available(env, env.provider.create_volume(env.volume_spec(), env.owner()))
    assert env.provider.attach_volume(volume.id, vm.id).attached_to == vm.id
    assert env.provider.attach_volume(volume.id, vm.id).attached_to == vm.id
    assert volume.id in env.provider.get_vm(vm.id).volume_ids
    with pytest.raises(Conflict):
        env.provider.delete_volume(volume.id)
    env.provider.detach_volume(volume.id)
    free = _available(env, env.provider.get_volume(volume.id))
    assert free.attached_to is None
    assert env.provider.detach_volume(volume.id).attached_to is None
    env.provider.delete_volume(volume.id)


def test_an_attached_volume_outlives_its_vm(env: Env) -> None:
    vm = env.running_vm()
    volume = _available(env, env.provider.create_volume(env.volume_spec(), env.owner()))
    env.provider.attach_volume(volume.id, vm.id)
    env.provider.delete_vm(vm.id)
    env.settle()
    assert _available(env, env.provider.get_volume(volume.id)).attached_to is None
    env.provider.delete_volume(volume.id)


def test_volumes_only_grow(env: Env) -> None:
    volume = _available(env, env.provider.create_volume(env.volume_spec(size_gib=2), env.owner()))
    with pytest.raises(InvalidSpec) as refused:
        env.provider.resize_volume(volume.id, 1)
    assert refused.value.field == "size_gib"
    env.provider.resize_volume(volume.id, 3)
    assert env.provider.get_volume(volume.id).size_gib == 3
    env.provider.delete_volume(volume.id)


def test_a_snapshot_restores_the_bytes_of_its_moment(env: Env) -> None:
    volume = _available(env, env.provider.create_volume(env.volume_spec(), env.owner()))
    if env.write_block is not None:
        env.write_block(volume.id, 3, b"before")
    spec, owner = SnapshotSpec(name="moment", volume_id=volume.id), env.owner()
    snapshot = _ready(env, env.provider.create_snapshot(spec, owner))
    assert env.provider.create_snapshot(spec, owner).id == snapshot.id
    if env.write_block is not None:
        env.write_block(volume.id, 3, b"after!")
    with pytest.raises(NotFound):
        env.provider.create_volume(env.volume_spec(snapshot_id="snap-none"), env.owner())
    restoring = env.volume_spec(size_gib=2, snapshot_id=snapshot.id)
    restored = _available(env, env.provider.create_volume(restoring, env.owner()))
    if env.read_block is not None:
        content = env.read_block(restored.id, 3)
        assert content is not None
        assert content.startswith(b"before")
    for made in (volume, restored):
        env.provider.delete_volume(made.id)
    env.provider.delete_snapshot(snapshot.id)
    with pytest.raises(NotFound):
        env.provider.get_snapshot(snapshot.id)


def test_a_snapshot_of_a_disk_in_use(env: Env) -> None:
    vm = env.running_vm()
    (root, *_) = env.provider.get_vm(vm.id).volume_ids
    spec, owner = SnapshotSpec(name="in-use", volume_id=root), env.owner()
    snapshot = _ready(env, env.provider.create_snapshot(spec, owner))
    assert snapshot.volume_id == root
    restored = env.volume_spec(size_gib=snapshot.size_gib, snapshot_id=snapshot.id)
    volume = _available(env, env.provider.create_volume(restored, env.owner()))
    env.provider.delete_volume(volume.id)
    env.provider.delete_snapshot(snapshot.id)


def test_an_image_holds_its_snapshot(env: Env) -> None:
    volume = _available(env, env.provider.create_volume(env.volume_spec(), env.owner()))
    snapshot = _ready(
        env,
        env.provider.create_snapshot(SnapshotSpec(name="s", volume_id=volume.id), env.owner()),
    )
    spec = ImageSpec(name="golden", region=env.region, snapshot_id=snapshot.id)
    owner = env.owner()
    image = env.provider.import_image(spec, owner)
    assert env.provider.import_image(spec, owner).id == image.id
    assert image.state in (ImageState.PENDING, ImageState.READY)
    where = ResourceFilter(operation=owner.operation)
    assert [one.id for one in iterate(env.provider.list_images, where)] == [image.id]
    with pytest.raises(Conflict):
        env.provider.delete_snapshot(snapshot.id)
    env.provider.delete_image(image.id)
    with pytest.raises(NotFound):
        env.provider.get_image(image.id)
    env.provider.delete_snapshot(snapshot.id)
    env.provider.delete_volume(volume.id)
