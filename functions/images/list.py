"""GET /images"""

from __future__ import annotations

from novacron.models.base import PageRequest
from novacron.models.operation import ResourceKind
from novacron.models.views import Resources
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST
from novacron.runtime.routes import Cursor, Limit, TagFilter, Text, list_resources

app = api()


@app.get("/images", tags=["images"])
def list_images(
    limit: Limit = 100,
    cursor: Cursor = None,
    account: Text = None,
    region: Text = None,
    state: Text = None,
    name: Text = None,
    tag: TagFilter = None,
) -> Resources:
    """Images of every provider, a page at a time."""
    page = PageRequest(limit=limit, cursor=cursor)
    where = {"account_id": account, "region": region, "state": state, "name": name}
    return list_resources(app, ResourceKind.IMAGE, page, where, tag)


REQUIRES = LIST
lambda_handler = entry(app)
