"""PUT /accounts/{id}/rate-card"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.rate_card import RateCard
from novacron.operations.prices import put_rate_card
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.put("/accounts/<account_id>/rate-card", tags=["prices"])
def put_card(account_id: Id, body: Annotated[RateCard, Body()], key: Key) -> RateCard:
    """Replace the account's rate card. It prices what is metered from now on."""
    who = changer(app, Access.ADMINISTER, "rate-card.put", account_id)

    def act() -> RateCard:
        return put_rate_card(services(), who.tenant, account_id, body)

    return RateCard(**mutate(app, who, "rate-card.put", account_id, key, act))


REQUIRES = AUDITED
lambda_handler = entry(app)
