"""POST /vms/{id}/restart"""

from __future__ import annotations

from novacron.models.operation import Operation, OperationKind
from novacron.operations.kinds import NoArguments
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, change

app = api()


@app.post("/vms/<vm_id>/restart", tags=["vms"], status_code=202)
def restart_vm(vm_id: Id, key: Key) -> Operation:
    """Reboot a running VM."""
    return change(app, OperationKind.VM_RESTART, vm_id, NoArguments(), key)


REQUIRES = CHANGE
lambda_handler = entry(app)
