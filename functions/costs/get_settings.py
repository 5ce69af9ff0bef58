"""GET /costs/settings"""

from __future__ import annotations

from novacron.models.cost_import import CostSettings
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.store.costs import CostStore

app = api()


@app.get("/costs/settings", tags=["costs"])
def get_cost_settings() -> CostSettings:
    """The tenant's currency, exchange rates, cost tags and rules of allocation."""
    who = reader(app, "costs.settings.get")
    return CostStore(services().store.table).settings(who.tenant)


REQUIRES = READ
lambda_handler = entry(app)
