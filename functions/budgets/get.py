"""GET /budgets/{id}"""

from __future__ import annotations

from novacron.costs.budgets.manage import show
from novacron.models.budget import BudgetView
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST, READ
from novacron.runtime.routes import Id

app = api()


@app.get("/budgets/<budget_id>", tags=["budgets"])
def get(budget_id: Id) -> BudgetView:
    """One budget and how it stands."""
    who = reader(app, "budget.get")
    return show(services(), who.tenant, budget_id)


REQUIRES = READ | LIST
lambda_handler = entry(app)
