"""POST /costs:query"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.cost import CostAnswer, CostQuestion
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import ASK_COSTS

app = api()


@app.post("/costs:query", tags=["costs"])
def query_costs(body: Annotated[CostQuestion, Body()]) -> CostAnswer:
    """What was spent: grouped, filtered, over time, and against other days. It changes nothing and
    needs no key."""
    who = reader(app, "costs.query")
    return services().ledger(who.tenant).ask(body)


REQUIRES = ASK_COSTS
MEMORY = 1024
"""MiB: what a year's aggregates by resource unpack to."""

lambda_handler = entry(app)
