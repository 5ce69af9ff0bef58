"""POST /vms/{id}/start"""

from __future__ import annotations

from novacron.models.operation import Operation, OperationKind
from novacron.operations.kinds import NoArguments
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE, QUERY
from novacron.runtime.routes import Id, Key, change

app = api()


@app.post("/vms/<vm_id>/start", tags=["vms"], status_code=202)
def start_vm(vm_id: Id, key: Key) -> Operation:
    """Start a stopped VM."""
    return change(app, OperationKind.VM_START, vm_id, NoArguments(), key)


REQUIRES = CHANGE | {QUERY}
lambda_handler = entry(app)
