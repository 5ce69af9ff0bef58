"""POST /volumes/{id}/attach"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.operation import Operation, OperationKind
from novacron.operations.kinds import AttachArguments
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, change

app = api()


@app.post("/volumes/<volume_id>/attach", tags=["volumes"], status_code=202)
def attach_volume(volume_id: Id, body: Annotated[AttachArguments, Body()], key: Key) -> Operation:
    """Attach a volume to a VM of its account."""
    return change(app, OperationKind.VOLUME_ATTACH, volume_id, body, key)


REQUIRES = CHANGE
lambda_handler = entry(app)
