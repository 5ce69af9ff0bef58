"""GET /costs/forecast"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from novacron.costs.forecast.answer import forecast
from novacron.costs.forecast.asking import question
from novacron.costs.forecast.commitments import endings
from novacron.models.cost import CostMetric
from novacron.models.forecast import ForecastAnswer, Until
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import ASK_COSTS

app = api()
Groups = Annotated[list[str] | None, Query(description="A dimension; up to four.")]
Filters = Annotated[list[str] | None, Query(alias="filter", description="dimension=value.")]
Changes = Annotated[
    list[str] | None,
    Query(
        alias="change",
        description="start,daily amount[,end[,dimension=value]]: a planned start or stop. Of all "
        "groups, or of those with the value.",
    ),
]


@app.get("/costs/forecast", tags=["costs"])
def forecast_costs(
    until: Annotated[Until, Query()] = Until.MONTH,
    metric: Annotated[CostMetric, Query()] = CostMetric.EFFECTIVE,
    group_by: Groups = None,
    where: Filters = None,
    top: Annotated[int, Query(ge=1, le=50)] = 20,
    change: Changes = None,
) -> ForecastAnswer:
    """What will be spent by the end of the month, quarter and year, with bands. Of effective costs
    as a whole or by account it knows which commitments end, as `changes` tells."""
    who = reader(app, "costs.forecast")
    asked = question(until, metric, group_by or [], where or [], top, change or [])
    here = services()
    ledger, today = here.ledger(who.tenant), here.now().date()
    ends = endings(here, who.tenant, ledger, asked, today)
    asked = asked.model_copy(update={"changes": [*asked.changes, *ends]})
    return forecast(ledger, asked, today)


REQUIRES = ASK_COSTS
MEMORY = 1024
"""MiB: as for a query, and processor time comes with memory."""

lambda_handler = entry(app)
