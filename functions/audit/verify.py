"""GET /audit/verify"""

from __future__ import annotations

from novacron.audit.chain import Verdict
from novacron.audit.log import AuditLog
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST, READ

app = api()


@app.get("/audit/verify", tags=["audit"])
def verify() -> Verdict:
    """Compute every hash of the tenant's audit chain anew."""
    who = reader(app, "audit.verify")
    return AuditLog(services().store.table, services().now).verify(who.tenant)


REQUIRES = READ | LIST
lambda_handler = entry(app)
