"""POST /budgets"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.costs.budgets.manage import create_budget, show
from novacron.models.budget import BudgetView, CreateBudget
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import ASK_COSTS, AUDITED, MAKE_SECRET
from novacron.runtime.routes import Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/budgets", tags=["budgets"], status_code=201)
def create(body: Annotated[CreateBudget, Body()], key: Key) -> BudgetView:
    """Limit what is spent. VMs that run already count from now on."""
    who = changer(app, Access.ADMINISTER, "budget.create", body.name)

    def act() -> BudgetView:
        made = create_budget(services(), who.tenant, body)
        return show(services(), who.tenant, made.id)

    return BudgetView(**mutate(app, who, "budget.create", body.name, key, act))


REQUIRES = AUDITED | ASK_COSTS | {MAKE_SECRET}
lambda_handler = entry(app)
