"""GET /volumes/{id}"""

from __future__ import annotations

from novacron.models.operation import ResourceKind
from novacron.models.views import Resource
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id, read_resource

app = api()


@app.get("/volumes/<volume_id>", tags=["volumes"])
def get_volume(volume_id: Id) -> Resource:
    """One volume."""
    return read_resource(app, ResourceKind.VOLUME, volume_id)


REQUIRES = READ
lambda_handler = entry(app)
