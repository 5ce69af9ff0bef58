"""GET /accounts/{id}/rate-card"""

from __future__ import annotations

from novacron.models.rate_card import RateCard
from novacron.operations.prices import rate_card
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id

app = api()


@app.get("/accounts/<account_id>/rate-card", tags=["prices"])
def get_rate_card(account_id: Id) -> RateCard:
    """What the account's own hosts cost, or its flat rates."""
    who = reader(app, "rate-card.get")
    return rate_card(services(), who.tenant, account_id)


REQUIRES = READ
lambda_handler = entry(app)
