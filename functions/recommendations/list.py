"""GET /recommendations"""

from __future__ import annotations

from novacron.costs.advice.listing import listed
from novacron.models.base import PageRequest
from novacron.models.recommendation import Recommendations
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST
from novacron.runtime.routes import Cursor, Limit, Text

app = api()


@app.get("/recommendations", tags=["recommendations"])
def list_recommendations(
    limit: Limit = 100,
    cursor: Cursor = None,
    kind: Text = None,
    state: Text = None,
    account: Text = None,
    resource: Text = None,
) -> Recommendations:
    """What would save money, the largest saving first; without the points of its evidence."""
    who = reader(app, "recommendation.list")
    where = {"kind": kind, "state": state, "account_id": account, "resource_id": resource}
    return listed(services(), who.tenant, PageRequest(limit=limit, cursor=cursor), where)


REQUIRES = LIST
lambda_handler = entry(app)
