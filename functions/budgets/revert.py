"""POST /budgets/{id}/revert"""

from __future__ import annotations

from novacron.costs.budgets.revert import revert
from novacron.models.budget import Reverted
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE, QUERY
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/budgets/<budget_id>/revert", tags=["budgets"])
def revert_stops(budget_id: Id, key: Key) -> Reverted:
    """Start the VMs that the budget stopped, unless somebody else has changed them since."""
    who = changer(app, Access.ADMINISTER, "budget.revert", budget_id)

    def act() -> Reverted:
        return revert(services(), who, budget_id)

    return Reverted(**mutate(app, who, "budget.revert", budget_id, key, act))


REQUIRES = CHANGE | {QUERY}
lambda_handler = entry(app)
