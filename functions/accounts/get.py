"""GET /accounts/{id}"""

from __future__ import annotations

from novacron.models.views import Account
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id

app = api()


@app.get("/accounts/<account_id>", tags=["accounts"])
def get_account(account_id: Id) -> Account:
    """One provider account, without its credential."""
    who = reader(app, "account.get")
    return Account.of(services().store.account(who.tenant, account_id))


REQUIRES = READ
lambda_handler = entry(app)
