"""POST /accounts/{id}/validate"""

from __future__ import annotations

from novacron.models.account import Health
from novacron.operations.accounts import validate_account
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED, CONNECT
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.post("/accounts/<account_id>/validate", tags=["accounts"])
def validate(account_id: Id, key: Key) -> Health:
    """Try the account's credential now."""
    who = changer(app, Access.CHANGE, "account.validate", account_id)

    def act() -> Health:
        return validate_account(services(), who, account_id)

    return Health(**mutate(app, who, "account.validate", account_id, key, act))


REQUIRES = AUDITED | CONNECT
lambda_handler = entry(app)
