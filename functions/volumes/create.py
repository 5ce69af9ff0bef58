"""POST /volumes"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.operation import Operation, OperationKind
from novacron.models.views import CreateVolume
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Key, create

app = api()


@app.post("/volumes", tags=["volumes"], status_code=202)
def create_volume(body: Annotated[CreateVolume, Body()], key: Key) -> Operation:
    """Create a volume, empty or from a snapshot."""
    return create(app, OperationKind.VOLUME_CREATE, body.account_id, body.spec, key)


REQUIRES = CHANGE
lambda_handler = entry(app)
