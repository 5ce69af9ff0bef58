"""DELETE /accounts/{id}"""

from __future__ import annotations

from novacron.models.views import Account
from novacron.operations.accounts import delete_account
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED, DROP_SECRET, QUERY
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.delete("/accounts/<account_id>", tags=["accounts"])
def delete(account_id: Id, key: Key) -> Account:
    """Forget an account that has no resources, and its credential."""
    who = changer(app, Access.ADMINISTER, "account.delete", account_id)

    def act() -> Account:
        return Account.of(delete_account(services(), who, account_id))

    return Account(**mutate(app, who, "account.delete", account_id, key, act))


REQUIRES = AUDITED | {QUERY, DROP_SECRET}
lambda_handler = entry(app)
