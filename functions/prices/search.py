"""POST /prices:search"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.catalog.search import search
from novacron.models.price import Offers, PriceQuery
from novacron.operations.prices import use_live_prices
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIVE_PRICES

app = api()


@app.post("/prices:search", tags=["prices"])
def search_prices(body: Annotated[PriceQuery, Body()]) -> Offers:
    """The cheapest instance types that hold what is asked for, over providers and regions, each
    with its price's source and date. It changes nothing and needs no key."""
    reader(app, "prices.search")
    here = services()
    use_live_prices(here)
    return search(body, here.now().date())


REQUIRES = LIVE_PRICES
MEMORY = 1024
"""MiB: the prices of all regions, unpacked."""

lambda_handler = entry(app)
