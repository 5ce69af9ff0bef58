"""POST /budgets/{id}/approve"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.costs.budgets.manage import approve
from novacron.models.budget import Approval, BudgetView
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED, QUERY
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/budgets/<budget_id>/approve", tags=["budgets"])
def approve_more(budget_id: Id, body: Annotated[Approval, Body()], key: Key) -> BudgetView:
    """Let the budget go so far beyond its limit in this period; 0 takes that back."""
    who = changer(app, Access.ADMINISTER, "budget.approve", budget_id)

    def act() -> BudgetView:
        return approve(services(), who.tenant, budget_id, body)

    return BudgetView(**mutate(app, who, "budget.approve", budget_id, key, act))


REQUIRES = AUDITED | {QUERY}
lambda_handler = entry(app)
