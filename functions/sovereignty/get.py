"""GET /sovereignty"""

from __future__ import annotations

from novacron.models.sovereignty import SovereigntyPolicy
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.store.sovereignty import read_policy

app = api()


@app.get("/sovereignty", tags=["sovereignty"])
def get_sovereignty() -> SovereigntyPolicy:
    """The tenant's rules about where its VMs may go."""
    who = reader(app, "sovereignty.get")
    return read_policy(services().store.table, who.tenant)


REQUIRES = READ
lambda_handler = entry(app)
