"""POST /accounts"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.provider_account import AccountRequest
from novacron.models.views import Account
from novacron.operations.accounts import create_account
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED, MAKE_SECRET, QUERY, SIGN_IN, WRITE_SECRET
from novacron.runtime.routes import Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/accounts", tags=["accounts"], status_code=201)
def create(body: Annotated[AccountRequest, Body()], key: Key) -> Account:
    """Register a provider account; its credential is tried first and never shown again."""
    who = changer(app, Access.ADMINISTER, "account.create", body.name)

    def act() -> Account:
        return Account.of(create_account(services(), who, body))

    return Account(**mutate(app, who, "account.create", body.name, key, act))


REQUIRES = AUDITED | SIGN_IN | {QUERY, MAKE_SECRET, WRITE_SECRET}
lambda_handler = entry(app)
