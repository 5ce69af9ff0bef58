"""POST /costs:report"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.costs.showback import report
from novacron.models.showback import Showback, ShowbackRequest
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import ASK_COSTS

app = api()


@app.post("/costs:report", tags=["costs"])
def report_costs(body: Annotated[ShowbackRequest, Body()]) -> Showback:
    """Who pays: direct and shared costs of each owner, also as a file. It changes nothing and needs
    no key."""
    who = reader(app, "costs.report")
    return report(services(), who.tenant, body)


REQUIRES = ASK_COSTS
LAYER = "CostDependencies"
MEMORY = 1024
"""MiB: what a year's aggregates by resource unpack to."""

lambda_handler = entry(app)
