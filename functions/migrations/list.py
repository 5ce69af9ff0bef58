"""GET /migrations"""

from __future__ import annotations

from novacron.migration.control import listed
from novacron.models.base import PageRequest
from novacron.models.migration import Migrations
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST, READ
from novacron.runtime.routes import Cursor, Limit

app = api()


@app.get("/migrations", tags=["migrations"])
def list_migrations(limit: Limit = 100, cursor: Cursor = None) -> Migrations:
    """Migrations of the tenant, a page at a time."""
    who = reader(app, "migration.list")
    return listed(services(), who.tenant, PageRequest(limit=limit, cursor=cursor))


REQUIRES = LIST | READ
lambda_handler = entry(app)
