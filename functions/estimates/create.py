"""POST /estimates"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.estimate import Environment, Estimate
from novacron.operations.prices import estimated, use_live_prices
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIVE_PRICES, READ

app = api()


@app.post("/estimates", tags=["prices"])
def create_estimate(body: Annotated[Environment, Body()]) -> Estimate:
    """What an environment would cost by the hour and month, line by line, each with its price's
    source and date. It keeps and changes nothing and needs no key."""
    who = reader(app, "estimates.create")
    here = services()
    use_live_prices(here)
    return estimated(here, who.tenant, body)


REQUIRES = LIVE_PRICES | READ
lambda_handler = entry(app)
