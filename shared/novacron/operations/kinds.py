"""Every kind of operation in one table: adding one is a row here and a handler.

``perform`` makes the one provider call and returns what the provider answered, None after a
delete. ``settled`` says whether what ``look`` saw is the operation's end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from novacron.models.base import Model, Ownership
from novacron.models.image import Image, ImageSpec, ImageState
from novacron.models.network import Network, NetworkSpec
from novacron.models.operation import OperationKind as Kind
from novacron.models.operation import ResourceKind
from novacron.models.vm import Vm, VmFilter, VmSize, VmSpec, VmState
from novacron.models.volume import (
    ResourceFilter,
    Snapshot,
    SnapshotSpec,
    SnapshotState,
    Volume,
    VolumeSpec,
    VolumeState,
)
from novacron.providers.base import CloudProvider, iterate

M = TypeVar("M", bound=Model)
Found = Vm | Volume | Snapshot | Network | Image


class NoArguments(Model):
    """The body of a change that needs none."""


class StopArguments(Model):
    force: bool = False


class AttachArguments(Model):
    vm_id: str


class VolumeSizeArguments(Model):
    size_gib: int


@dataclass(frozen=True)
class Call:
    """One provider call: on what, with what. ``id`` is the provider's, "" for a create."""

    provider: CloudProvider
    id: str
    body: Model
    owner: Ownership


@dataclass(frozen=True)
class Work:
    body: type[Model]
    perform: Callable[[Call], Found | None]
    settled: Callable[[Found], bool]
    creates: bool = False
    deletes: bool = False


@dataclass(frozen=True)
class Access:
    """How any resource of a kind is seen, found by its owner tag, and removed."""

    get: Callable[[CloudProvider, str], Found]
    owned: Callable[[CloudProvider, str, str | None], Iterator[Found]]
    """Resources with the tags of (tenant, operation); of any operation when that is None."""
    delete: Callable[[CloudProvider, str], None]
    document: type[Vm] | type[Volume] | type[Snapshot] | type[Network] | type[Image]


ACCESS: dict[ResourceKind, Access] = {
    ResourceKind.VM: Access(
        get=lambda p, i: p.get_vm(i),
        owned=lambda p, t, o: iterate(p.list_vms, VmFilter(tenant=t, operation=o)),
        delete=lambda p, i: p.delete_vm(i),
        document=Vm,
    ),
    ResourceKind.VOLUME: Access(
        get=lambda p, i: p.get_volume(i),
        owned=lambda p, t, o: iterate(p.list_volumes, ResourceFilter(tenant=t, operation=o)),
        delete=lambda p, i: p.delete_volume(i),
        document=Volume,
    ),
    ResourceKind.SNAPSHOT: Access(
        get=lambda p, i: p.get_snapshot(i),
        owned=lambda p, t, o: iterate(p.list_snapshots, ResourceFilter(tenant=t, operation=o)),
        delete=lambda p, i: p.delete_snapshot(i),
        document=Snapshot,
    ),
    ResourceKind.NETWORK: Access(
        get=lambda p, i: p.get_network(i),
        owned=lambda p, t, o: iterate(p.list_networks, ResourceFilter(tenant=t, operation=o)),
        delete=lambda p, i: p.delete_network(i),
        document=Network,
    ),
    ResourceKind.IMAGE: Access(
        get=lambda p, i: p.get_image(i),
        owned=lambda p, t, o: iterate(p.list_images, ResourceFilter(tenant=t, operation=o)),
        delete=lambda p, i: p.delete_image(i),
        document=Image,
    ),
}


def _is(*states: object) -> Callable[[Found], bool]:
    return lambda found: getattr(found, "state", None) in states


def _stop(call: Call) -> Vm:
    return call.provider.stop_vm(call.id, force=_as(StopArguments, call).force)


def _as(model: type[M], call: Call) -> M:
    if not isinstance(call.body, model):
        raise TypeError(f"{type(call.body).__name__} is not {model.__name__}")
    return call.body


def _always(_: Found) -> bool:
    return True


def _deleted(kind: ResourceKind) -> Work:
    def perform(call: Call) -> None:
        ACCESS[kind].delete(call.provider, call.id)

    return Work(NoArguments, perform, _is(VmState.DELETED), deletes=True)


RUNNING = _is(VmState.RUNNING)
STOPPED = _is(VmState.STOPPED)
USABLE = _is(VolumeState.AVAILABLE, VolumeState.ATTACHED)

WORK: dict[Kind, Work] = {
    Kind.VM_CREATE: Work(
        VmSpec, lambda c: c.provider.create_vm(_as(VmSpec, c), c.owner), RUNNING, creates=True
    ),
    Kind.VM_START: Work(NoArguments, lambda c: c.provider.start_vm(c.id), RUNNING),
    Kind.VM_STOP: Work(StopArguments, _stop, STOPPED),
    Kind.VM_RESTART: Work(NoArguments, lambda c: c.provider.restart_vm(c.id), RUNNING),
    Kind.VM_RESIZE: Work(VmSize, lambda c: c.provider.resize_vm(c.id, _as(VmSize, c)), STOPPED),
    Kind.VM_DELETE: _deleted(ResourceKind.VM),
    Kind.VOLUME_CREATE: Work(
        VolumeSpec,
        lambda c: c.provider.create_volume(_as(VolumeSpec, c), c.owner),
        USABLE,
        creates=True,
    ),
    Kind.VOLUME_ATTACH: Work(
        AttachArguments,
        lambda c: c.provider.attach_volume(c.id, _as(AttachArguments, c).vm_id),
        _is(VolumeState.ATTACHED),
    ),
    Kind.VOLUME_DETACH: Work(
        NoArguments, lambda c: c.provider.detach_volume(c.id), _is(VolumeState.AVAILABLE)
    ),
    Kind.VOLUME_RESIZE: Work(
        VolumeSizeArguments,
        lambda c: c.provider.resize_volume(c.id, _as(VolumeSizeArguments, c).size_gib),
        USABLE,
    ),
    Kind.VOLUME_DELETE: _deleted(ResourceKind.VOLUME),
    Kind.SNAPSHOT_CREATE: Work(
        SnapshotSpec,
        lambda c: c.provider.create_snapshot(_as(SnapshotSpec, c), c.owner),
        _is(SnapshotState.READY),
        creates=True,
    ),
    Kind.SNAPSHOT_DELETE: _deleted(ResourceKind.SNAPSHOT),
    Kind.NETWORK_CREATE: Work(
        NetworkSpec,
        lambda c: c.provider.create_network(_as(NetworkSpec, c), c.owner),
        _always,
        creates=True,
    ),
    Kind.NETWORK_DELETE: _deleted(ResourceKind.NETWORK),
    Kind.IMAGE_IMPORT: Work(
        ImageSpec,
        lambda c: c.provider.import_image(_as(ImageSpec, c), c.owner),
        _is(ImageState.READY),
        creates=True,
    ),
    Kind.IMAGE_DELETE: _deleted(ResourceKind.IMAGE),
}
