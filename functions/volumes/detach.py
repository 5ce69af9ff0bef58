"""POST /volumes/{id}/detach"""

from __future__ import annotations

from novacron.models.operation import Operation, OperationKind
from novacron.operations.kinds import NoArguments
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, change

app = api()


@app.post("/volumes/<volume_id>/detach", tags=["volumes"], status_code=202)
def detach_volume(volume_id: Id, key: Key) -> Operation:
    """Detach a volume."""
    return change(app, OperationKind.VOLUME_DETACH, volume_id, NoArguments(), key)


REQUIRES = CHANGE
lambda_handler = entry(app)
