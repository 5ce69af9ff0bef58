"""GET /audit"""

from __future__ import annotations

from novacron.audit.chain import Entry
from novacron.audit.log import AuditLog
from novacron.models.base import Model, PageRequest
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST
from novacron.runtime.routes import Cursor, Limit

app = api()


class Entries(Model):
    items: list[Entry]
    next_cursor: str | None = None


@app.get("/audit", tags=["audit"])
def list_entries(limit: Limit = 100, cursor: Cursor = None) -> Entries:
    """The tenant's audit chain, oldest first."""
    who = reader(app, "audit.list")
    log = AuditLog(services().store.table, services().now)
    page = log.entries(who.tenant, PageRequest(limit=limit, cursor=cursor))
    return Entries(items=page.items, next_cursor=page.next_cursor)


REQUIRES = LIST
lambda_handler = entry(app)
