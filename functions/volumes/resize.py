"""POST /volumes/{id}/resize"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.operation import Operation, OperationKind
from novacron.operations.kinds import VolumeSizeArguments
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, change

app = api()


@app.post("/volumes/<volume_id>/resize", tags=["volumes"], status_code=202)
def resize_volume(
    volume_id: Id, body: Annotated[VolumeSizeArguments, Body()], key: Key
) -> Operation:
    """Grow a volume."""
    return change(app, OperationKind.VOLUME_RESIZE, volume_id, body, key)


REQUIRES = CHANGE
lambda_handler = entry(app)
