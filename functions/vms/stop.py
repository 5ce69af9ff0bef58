"""POST /vms/{id}/stop"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.operation import Operation, OperationKind
from novacron.operations.kinds import StopArguments
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, change

app = api()


@app.post("/vms/<vm_id>/stop", tags=["vms"], status_code=202)
def stop_vm(vm_id: Id, body: Annotated[StopArguments, Body()], key: Key) -> Operation:
    """Stop a VM: gracefully, or with `force` at once."""
    return change(app, OperationKind.VM_STOP, vm_id, body, key)


REQUIRES = CHANGE
lambda_handler = entry(app)
