"""GET /images/{id}"""

from __future__ import annotations

from novacron.models.operation import ResourceKind
from novacron.models.views import Resource
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id, read_resource

app = api()


@app.get("/images/<image_id>", tags=["images"])
def get_image(image_id: Id) -> Resource:
    """One image."""
    return read_resource(app, ResourceKind.IMAGE, image_id)


REQUIRES = READ
lambda_handler = entry(app)
