"""POST /images"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.image import ImageSpec
from novacron.models.operation import Operation, OperationKind, ResourceKind
from novacron.models.views import ImportImage
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Key, create
from novacron.tenancy.policy import Access

app = api()


@app.post("/images", tags=["images"], status_code=202)
def import_image(body: Annotated[ImportImage, Body()], key: Key) -> Operation:
    """Make an image of a snapshot of a bootable disk."""
    who = changer(app, Access.CHANGE, "image.import", body.snapshot_id)
    snapshot = services().store.resource(who.tenant, ResourceKind.SNAPSHOT, body.snapshot_id)
    spec = ImageSpec(region=snapshot.region, **body.model_dump())
    return create(app, OperationKind.IMAGE_IMPORT, snapshot.account_id, spec, key)


REQUIRES = CHANGE
lambda_handler = entry(app)
