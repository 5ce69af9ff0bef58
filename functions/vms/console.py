"""GET /vms/{id}/console"""

from __future__ import annotations

from novacron.errors import Conflict
from novacron.models.operation import ResourceKind
from novacron.models.views import Console
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CLOUD
from novacron.runtime.routes import Id

app = api()


@app.get("/vms/<vm_id>/console", tags=["vms"])
def console(vm_id: Id) -> Console:
    """The VM's serial console so far."""
    who = reader(app, "vm.console")
    here = services()
    record = here.store.resource(who.tenant, ResourceKind.VM, vm_id)
    if record.provider_id is None:
        raise Conflict(f"{vm_id} has not been made yet.")
    provider = here.providers.of(here.store.account(who.tenant, record.account_id))
    return Console(output=provider.console_output(record.provider_id))


REQUIRES = CLOUD
lambda_handler = entry(app)
