"""GET /accounts/{id}/bandwidth"""

from __future__ import annotations

from novacron.models.bandwidth import Bandwidth
from novacron.operations.accounts import account_bandwidth
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id

app = api()


@app.get("/accounts/<account_id>/bandwidth", tags=["accounts"])
def get_bandwidth(account_id: Id) -> Bandwidth:
    """What all migrations from and to the account may use together."""
    who = reader(app, "bandwidth.get")
    return account_bandwidth(services(), who.tenant, account_id)


REQUIRES = READ
lambda_handler = entry(app)
