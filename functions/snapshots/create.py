"""POST /snapshots"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.errors import Conflict
from novacron.models.operation import Operation, OperationKind, ResourceKind, ResourceRecord
from novacron.models.views import CreateSnapshot
from novacron.models.volume import SnapshotSpec
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Key, create
from novacron.tenancy.policy import Access

app = api()


@app.post("/snapshots", tags=["snapshots"], status_code=202)
def create_snapshot(body: Annotated[CreateSnapshot, Body()], key: Key) -> Operation:
    """Copy a volume, or a VM's root disk, as it is at this moment."""
    source = body.volume_id or body.vm_id or ""
    who = changer(app, Access.CHANGE, "snapshot.create", source)
    kind = ResourceKind.VOLUME if body.volume_id else ResourceKind.VM
    found = services().store.resource(who.tenant, kind, source)
    if kind is ResourceKind.VM:
        source = root_disk(found)
    spec = SnapshotSpec(name=body.name, volume_id=source, tags=body.tags)
    return create(app, OperationKind.SNAPSHOT_CREATE, found.account_id, spec, key)


def root_disk(vm: ResourceRecord) -> str:
    """The provider's id of the VM's root disk. Raises Conflict where it has none yet."""
    disks: list[str] = vm.document.get("volume_ids", [])
    if not disks:
        raise Conflict(f"{vm.id} has no disk yet: wait until it runs.", field="vm_id")
    return disks[0]


REQUIRES = CHANGE
lambda_handler = entry(app)
