"""GET /operations"""

from __future__ import annotations

from novacron.models.base import PageRequest
from novacron.models.views import Operations
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST
from novacron.runtime.routes import Cursor, Limit

app = api()


@app.get("/operations", tags=["operations"])
def list_operations(limit: Limit = 100, cursor: Cursor = None) -> Operations:
    """Operations of the tenant, a page at a time."""
    who = reader(app, "operation.list")
    page = services().store.operations(who.tenant, PageRequest(limit=limit, cursor=cursor))
    return Operations(items=page.items, next_cursor=page.next_cursor)


REQUIRES = LIST
lambda_handler = entry(app)
