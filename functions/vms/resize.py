"""POST /vms/{id}/resize"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.operation import Operation, OperationKind
from novacron.models.vm import VmSize
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, change

app = api()


@app.post("/vms/<vm_id>/resize", tags=["vms"], status_code=202)
def resize_vm(vm_id: Id, body: Annotated[VmSize, Body()], key: Key) -> Operation:
    """Give a stopped VM another size."""
    return change(app, OperationKind.VM_RESIZE, vm_id, body, key)


REQUIRES = CHANGE
lambda_handler = entry(app)
