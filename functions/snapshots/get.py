"""GET /snapshots/{id}"""

from __future__ import annotations

from novacron.models.operation import ResourceKind
from novacron.models.views import Resource
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id, read_resource

app = api()


@app.get("/snapshots/<snapshot_id>", tags=["snapshots"])
def get_snapshot(snapshot_id: Id) -> Resource:
    """One snapshot."""
    return read_resource(app, ResourceKind.SNAPSHOT, snapshot_id)


REQUIRES = READ
lambda_handler = entry(app)
