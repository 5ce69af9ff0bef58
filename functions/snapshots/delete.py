"""DELETE /snapshots/{id}"""

from __future__ import annotations

from novacron.models.operation import Operation, OperationKind
from novacron.operations.kinds import NoArguments
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, change

app = api()


@app.delete("/snapshots/<snapshot_id>", tags=["snapshots"], status_code=202)
def delete_snapshot(snapshot_id: Id, key: Key) -> Operation:
    """Delete the snapshot, for good."""
    return change(app, OperationKind.SNAPSHOT_DELETE, snapshot_id, NoArguments(), key)


REQUIRES = CHANGE
lambda_handler = entry(app)
