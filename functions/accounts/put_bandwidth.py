"""PUT /accounts/{id}/bandwidth"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.bandwidth import Bandwidth
from novacron.operations.accounts import limit_account
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.put("/accounts/<account_id>/bandwidth", tags=["accounts"])
def put_bandwidth(account_id: Id, body: Annotated[Bandwidth, Body()], key: Key) -> Bandwidth:
    """Limit all migrations from and to the account together, those under way too; null: no more."""
    who = changer(app, Access.ADMINISTER, "bandwidth.put", account_id)

    def act() -> Bandwidth:
        return limit_account(services(), who.tenant, account_id, body)

    return Bandwidth(**mutate(app, who, "bandwidth.put", account_id, key, act))


REQUIRES = AUDITED
lambda_handler = entry(app)
