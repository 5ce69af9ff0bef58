"""GET /health"""

from __future__ import annotations

from novacron.errors import NovaCronError
from novacron.models.account import Health
from novacron.models.base import Model, PageRequest
from novacron.models.provider_account import ProviderAccount
from novacron.models.views import AccountHealth
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CONNECT, LIST

app = api()


class AccountsHealth(Model):
    items: list[AccountHealth]


@app.get("/health", tags=["system"])
def health() -> AccountsHealth:
    """Whether the provider of each of the tenant's accounts answers."""
    who = reader(app, "system.health")
    accounts = services().store.accounts(who.tenant, PageRequest(limit=1000)).items
    return AccountsHealth(items=[_look(account) for account in accounts])


def _look(account: ProviderAccount) -> AccountHealth:
    try:
        found = services().providers.of(account).health()
    except NovaCronError as error:
        found = Health(healthy=False, detail=error.detail)
    return AccountHealth(
        account_id=account.id, name=account.name, type=account.type.value, **found.model_dump()
    )


REQUIRES = LIST | CONNECT
lambda_handler = entry(app)
