"""DELETE /images/{id}"""

from __future__ import annotations

from novacron.models.operation import Operation, OperationKind
from novacron.operations.kinds import NoArguments
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, change

app = api()


@app.delete("/images/<image_id>", tags=["images"], status_code=202)
def delete_image(image_id: Id, key: Key) -> Operation:
    """Delete the image, for good."""
    return change(app, OperationKind.IMAGE_DELETE, image_id, NoArguments(), key)


REQUIRES = CHANGE
lambda_handler = entry(app)
