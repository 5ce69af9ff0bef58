"""DELETE /vms/{id}"""

from __future__ import annotations

from novacron.models.operation import Operation, OperationKind
from novacron.operations.kinds import NoArguments
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, change

app = api()


@app.delete("/vms/<vm_id>", tags=["vms"], status_code=202)
def delete_vm(vm_id: Id, key: Key) -> Operation:
    """Delete the VM, for good."""
    return change(app, OperationKind.VM_DELETE, vm_id, NoArguments(), key)


REQUIRES = CHANGE
lambda_handler = entry(app)
