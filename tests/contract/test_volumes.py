"""Volumes, snapshots and images: every sentence of the contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from novacron.errors import Conflict, InvalidSpec, NotFound
from novacron.models.base import Observed
from novacron.models.image import Image, ImageSpec, ImageState
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

F = TypeVar("F", Snapshot, Image)


def _available(env: Env, volume: Volume) -> Volume:
    """The volume once it is free; the provider's operation, where there is one, ends first."""
    _ended(env, volume)
    for _ in range(env.looks):
        volume = env.provider.get_volume(volume.id)
        if volume.state is VolumeState.AVAILABLE:
            return volume
        env.settle()
    raise AssertionError(f"never available: {volume}")


def _ready(env: Env, made: F, get: Callable[[str], F]) -> F:
    _ended(env, made)
    for _ in range(env.looks):
        made = get(made.id)
        if made.state in (SnapshotState.READY, ImageState.READY):
            return made
        env.settle()
    raise AssertionError(f"never ready: {made}")


def _ended(env: Env, change: Observed) -> None:
    under_way = change.provider_operation
    if under_way is not None:
        env.done(lambda: env.provider.check_operation(under_way))


def _volume(env: Env, **spec: object) -> Volume:
    wanted, owner = env.volume_spec(**spec), env.owner()
    return _available(env, env.done(lambda: env.provider.create_volume(wanted, owner)))


def _snapshot(env: Env, volume_id: str) -> Snapshot:
    spec, owner = SnapshotSpec(name="moment", volume_id=volume_id), env.owner()
    made = env.done(lambda: env.provider.create_snapshot(spec, owner))
    assert env.provider.create_snapshot(spec, owner).id == made.id
    return _ready(env, made, env.provider.get_snapshot)


def _delete_volume(env: Env, volume_id: str) -> None:
    env.deleted(env.provider.delete_volume, env.provider.get_volume, volume_id)


def _delete_snapshot(env: Env, snapshot_id: str) -> None:
    env.deleted(env.provider.delete_snapshot, env.provider.get_snapshot, snapshot_id)


def test_create_is_idempotent_owned_and_found_again(env: Env) -> None:
    spec, owner = env.volume_spec(tags={"team": "core"}), env.owner()
    made = env.done(lambda: env.provider.create_volume(spec, owner))
    assert env.provider.create_volume(spec, owner).id == made.id
    with pytest.raises(Conflict):
        env.provider.create_volume(spec.model_copy(update={"size_gib": 2}), owner)
    _available(env, made)
    where = ResourceFilter(operation=owner.operation, tenant=TENANT)
    (found,) = iterate(env.provider.list_volumes, where)
    assert (found.id, found.size_gib, found.tags) == (made.id, 1, {"team": "core"})
    _delete_volume(env, made.id)
    with pytest.raises(NotFound):
        env.provider.delete_volume(made.id)


def test_attach_and_detach(env: Env) -> None:
    vm = env.running_vm()
    env.boot(vm.id)
    volume = _volume(env)
    attached = env.done(lambda: env.provider.attach_volume(volume.id, vm.id))
    assert attached.attached_to == vm.id
    _ended(env, attached)
    assert env.provider.attach_volume(volume.id, vm.id).attached_to == vm.id
    assert volume.id in env.provider.get_vm(vm.id).volume_ids
    with pytest.raises(Conflict):
        env.provider.delete_volume(volume.id)
    free = _available(env, env.done(lambda: env.provider.detach_volume(volume.id)))
    assert free.attached_to is None
    assert env.provider.detach_volume(volume.id).attached_to is None
    _delete_volume(env, volume.id)


def test_an_attached_volume_outlives_its_vm(env: Env) -> None:
    vm = env.running_vm()
    volume = _volume(env)
    _ended(env, env.done(lambda: env.provider.attach_volume(volume.id, vm.id)))
    env.deleted(env.provider.delete_vm, env.provider.get_vm, vm.id)
    assert _available(env, volume).attached_to is None
    _delete_volume(env, volume.id)


def test_volumes_only_grow(env: Env) -> None:
    volume = _volume(env, size_gib=2)
    with pytest.raises(InvalidSpec) as refused:
        env.provider.resize_volume(volume.id, 1)
    assert refused.value.field == "size_gib"
    grown = _available(env, env.done(lambda: env.provider.resize_volume(volume.id, 3)))
    assert grown.size_gib == 3
    _delete_volume(env, volume.id)


def test_a_snapshot_restores_the_bytes_of_its_moment(env: Env) -> None:
    volume = _volume(env)
    if env.write_block is not None:
        env.write_block(volume.id, 3, b"before")
    snapshot = _snapshot(env, volume.id)
    if env.write_block is not None:
        env.write_block(volume.id, 3, b"after!")
    with pytest.raises(NotFound):
        env.provider.create_volume(env.volume_spec(snapshot_id="snap-none"), env.owner())
    restored = _volume(env, size_gib=2, snapshot_id=snapshot.id)
    if env.read_block is not None:
        content = env.read_block(restored.id, 3)
        assert content is not None
        assert content.startswith(b"before")
    for made in (volume, restored):
        _delete_volume(env, made.id)
    _delete_snapshot(env, snapshot.id)


def test_a_snapshot_of_a_disk_in_use(env: Env) -> None:
    vm = env.running_vm()
    (root, *_) = env.provider.get_vm(vm.id).volume_ids
    snapshot = _snapshot(env, root)
    assert snapshot.volume_id == root
    volume = _volume(env, size_gib=snapshot.size_gib, snapshot_id=snapshot.id)
    _delete_volume(env, volume.id)
    _delete_snapshot(env, snapshot.id)


def test_an_image_is_made_from_a_snapshot_and_found_again(env: Env) -> None:
    volume = _volume(env)
    snapshot = _snapshot(env, volume.id)
    spec, owner = ImageSpec(name="golden", region=env.region, snapshot_id=snapshot.id), env.owner()
    image = env.done(lambda: env.provider.import_image(spec, owner))
    assert image.state in (ImageState.PENDING, ImageState.READY)
    assert env.provider.import_image(spec, owner).id == image.id
    _ready(env, image, env.provider.get_image)
    where = ResourceFilter(operation=owner.operation)
    assert [one.id for one in iterate(env.provider.list_images, where)] == [image.id]
    if env.image_holds_snapshot:
        with pytest.raises(Conflict):
            env.provider.delete_snapshot(snapshot.id)
    env.deleted(env.provider.delete_image, env.provider.get_image, image.id)
    _delete_snapshot(env, snapshot.id)
    _delete_volume(env, volume.id)
