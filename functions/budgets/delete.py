"""DELETE /budgets/{id}"""

from __future__ import annotations

from novacron.costs.budgets.manage import delete_budget
from novacron.models.budget import BudgetView
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED, DROP_SECRET, QUERY
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.delete("/budgets/<budget_id>", tags=["budgets"])
def delete(budget_id: Id, key: Key) -> BudgetView:
    """Limit it no more. What it stopped stays stopped: revert it first."""
    who = changer(app, Access.ADMINISTER, "budget.delete", budget_id)

    def act() -> BudgetView:
        return delete_budget(services(), who.tenant, budget_id)

    return BudgetView(**mutate(app, who, "budget.delete", budget_id, key, act))


REQUIRES = AUDITED | {QUERY, DROP_SECRET}
lambda_handler = entry(app)
