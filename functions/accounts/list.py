"""GET /accounts"""

from __future__ import annotations

from novacron.models.base import PageRequest
from novacron.models.views import Account, Accounts
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST
from novacron.runtime.routes import Cursor, Limit

app = api()


@app.get("/accounts", tags=["accounts"])
def list_accounts(limit: Limit = 100, cursor: Cursor = None) -> Accounts:
    """The provider accounts of the tenant, without their credentials."""
    who = reader(app, "account.list")
    page = services().store.accounts(who.tenant, PageRequest(limit=limit, cursor=cursor))
    return Accounts(items=[Account.of(one) for one in page.items], next_cursor=page.next_cursor)


REQUIRES = LIST
lambda_handler = entry(app)
