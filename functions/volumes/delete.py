"""DELETE /volumes/{id}"""

from __future__ import annotations

from novacron.models.operation import Operation, OperationKind
from novacron.operations.kinds import NoArguments
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, change

app = api()


@app.delete("/volumes/<volume_id>", tags=["volumes"], status_code=202)
def delete_volume(volume_id: Id, key: Key) -> Operation:
    """Delete the volume, for good."""
    return change(app, OperationKind.VOLUME_DELETE, volume_id, NoArguments(), key)


REQUIRES = CHANGE
lambda_handler = entry(app)
