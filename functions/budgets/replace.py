"""PUT /budgets/{id}"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.costs.budgets.manage import replace_budget
from novacron.models.budget import BudgetView, CreateBudget
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import ASK_COSTS, AUDITED, DROP_SECRET, MAKE_SECRET
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.put("/budgets/<budget_id>", tags=["budgets"])
def replace(budget_id: Id, body: Annotated[CreateBudget, Body()], key: Key) -> BudgetView:
    """Another limit, guard, thresholds or channels; scope and period stay as they are."""
    who = changer(app, Access.ADMINISTER, "budget.replace", budget_id)

    def act() -> BudgetView:
        return replace_budget(services(), who.tenant, budget_id, body)

    return BudgetView(**mutate(app, who, "budget.replace", budget_id, key, act))


REQUIRES = AUDITED | ASK_COSTS | {MAKE_SECRET, DROP_SECRET}
lambda_handler = entry(app)
