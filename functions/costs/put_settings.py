"""PUT /costs/settings"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.costs.settings import replace_settings
from novacron.models.cost_import import CostSettings
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED
from novacron.runtime.routes import Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.put("/costs/settings", tags=["costs"])
def put_cost_settings(body: Annotated[CostSettings, Body()], key: Key) -> CostSettings:
    """Replace what GET gave, by its version. Rates and tags hold for imports from now on, rules of
    allocation for every report; the currency stays once costs are stored."""
    who = changer(app, Access.ADMINISTER, "costs.settings.put", "settings")

    def act() -> CostSettings:
        return replace_settings(services(), who.tenant, body)

    return CostSettings(**mutate(app, who, "costs.settings.put", "settings", key, act))


REQUIRES = AUDITED
lambda_handler = entry(app)
