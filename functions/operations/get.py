"""GET /operations/{id}"""

from __future__ import annotations

from novacron.models.operation import Operation
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id

app = api()


@app.get("/operations/<operation_id>", tags=["operations"])
def get_operation(operation_id: Id) -> Operation:
    """How far an operation is, and why it failed."""
    who = reader(app, "operation.get")
    return services().store.operation(who.tenant, operation_id)


REQUIRES = READ
lambda_handler = entry(app)
