"""POST /snapshots"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.operation import Operation, OperationKind, ResourceKind
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
    """Copy a volume as it is at this moment."""
    who = changer(app, Access.CHANGE, "snapshot.create", body.volume_id)
    volume = services().store.resource(who.tenant, ResourceKind.VOLUME, body.volume_id)
    spec = SnapshotSpec(name=body.name, volume_id=body.volume_id, tags=body.tags)
    return create(app, OperationKind.SNAPSHOT_CREATE, volume.account_id, spec, key)


REQUIRES = CHANGE
lambda_handler = entry(app)
