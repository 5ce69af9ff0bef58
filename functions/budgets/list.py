"""GET /budgets"""

from __future__ import annotations

from novacron.costs.budgets.manage import list_budgets
from novacron.models.base import PageRequest
from novacron.models.budget import Budgets
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST
from novacron.runtime.routes import Cursor, Limit

app = api()


@app.get("/budgets", tags=["budgets"])
def list_all(limit: Limit = 100, cursor: Cursor = None) -> Budgets:
    """Budgets and how they stand, a page at a time."""
    who = reader(app, "budget.list")
    return list_budgets(services(), who.tenant, PageRequest(limit=limit, cursor=cursor))


REQUIRES = LIST
lambda_handler = entry(app)
