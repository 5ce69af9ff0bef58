"""POST /vms"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.operation import Operation, OperationKind
from novacron.models.views import CreateVm
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CREATE_VM
from novacron.runtime.routes import Key, create

app = api()


@app.post("/vms", tags=["vms"], status_code=202)
def create_vm(body: Annotated[CreateVm, Body()], key: Key) -> Operation:
    """Create a VM."""
    return create(app, OperationKind.VM_CREATE, body.account_id, body.spec, key)


REQUIRES = CREATE_VM
lambda_handler = entry(app)
