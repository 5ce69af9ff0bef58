"""GET /vms/{id}"""

from __future__ import annotations

from novacron.models.operation import ResourceKind
from novacron.models.views import Resource
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id, read_resource

app = api()


@app.get("/vms/<vm_id>", tags=["vms"])
def get_vm(vm_id: Id) -> Resource:
    """One VM."""
    return read_resource(app, ResourceKind.VM, vm_id)


REQUIRES = READ
lambda_handler = entry(app)
