"""POST /accounts/{id}/rotate"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.views import Account, NewSecret
from novacron.operations.accounts import replace_credential
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED, MAKE_SECRET, SIGN_IN, WRITE_SECRET
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/accounts/<account_id>/rotate", tags=["accounts"])
def rotate(account_id: Id, body: Annotated[NewSecret, Body()], key: Key) -> Account:
    """Replace the account's credential; the old one stays until the new one works."""
    who = changer(app, Access.ADMINISTER, "account.rotate", account_id)
    secret = {name: value.get_secret_value() for name, value in body.secret.items()}

    def act() -> Account:
        return Account.of(replace_credential(services(), who, account_id, secret))

    return Account(**mutate(app, who, "account.rotate", account_id, key, act))


REQUIRES = AUDITED | SIGN_IN | {MAKE_SECRET, WRITE_SECRET}
lambda_handler = entry(app)
