"""Provider accounts: created, validated, given another credential, forgotten."""

from __future__ import annotations

import hashlib

from novacron.errors import AlreadyExists, Conflict, InvalidSpec
from novacron.models.account import Health
from novacron.models.bandwidth import Bandwidth
from novacron.models.base import PageRequest
from novacron.models.operation import ResourceKind
from novacron.models.provider_account import AccountRequest, ProviderAccount
from novacron.operations.services import Services
from novacron.store.bandwidth import BandwidthStore
from novacron.tenancy.principal import Principal

WHOLE_PAGE = PageRequest(limit=1000)


def create_account(services: Services, who: Principal, request: AccountRequest) -> ProviderAccount:
    """Keep an account whose credential works. One name, one account.

    Raises InvalidSpec (settings, secret), AlreadyExists when the name has other settings.
    """
    account_id = "acc-" + hashlib.sha256(f"{who.tenant}\n{request.name}".encode()).hexdigest()[:16]
    now = services.now()
    account = ProviderAccount(
        id=account_id,
        tenant=who.tenant,
        name=request.name,
        type=request.type,
        settings=request.settings,
        created_at=now,
        validated_at=now,
    )
    for found in services.store.accounts(who.tenant, WHOLE_PAGE).items:
        if found.id == account_id and (found.type, found.settings) != (
            account.type,
            account.settings,
        ):
            raise AlreadyExists(f"There is another account {request.name!r}.", field="body.name")
    secret = {name: value.get_secret_value() for name, value in request.secret.items()}
    return _keep(services, account, secret)


def validate_account(services: Services, who: Principal, account_id: str) -> Health:
    """Try the account's credential now."""
    account = services.store.account(who.tenant, account_id)
    health = services.providers.of(account).validate_credentials()
    if health.healthy:
        checked = account.model_copy(update={"validated_at": services.now()})
        services.store.save_account(checked)
    return health


def replace_credential(
    services: Services, who: Principal, account_id: str, secret: dict[str, str]
) -> ProviderAccount:
    """Keep another credential once it has been seen to work; until then the old one stays."""
    account = services.store.account(who.tenant, account_id)
    now = services.now()
    renewed = account.model_copy(update={"rotated_at": now, "validated_at": now, "rotation": None})
    return _keep(services, renewed, secret)


def delete_account(services: Services, who: Principal, account_id: str) -> ProviderAccount:
    """Forget the account and its credential. Raises Conflict while it has resources."""
    account = services.store.account(who.tenant, account_id)
    for kind in ResourceKind:
        page = services.store.resources(who.tenant, kind, WHOLE_PAGE)
        for record in page.items:
            if record.account_id == account_id and record.state not in ("deleted", "failed"):
                raise Conflict(f"The account has {record.id}; delete it first.")
    services.store.delete_account(account)
    BandwidthStore(services.store.table).forget(who.tenant, account_id)
    if account.secret_id is not None:
        services.providers.secrets.delete(account.secret_id)
    return account


def account_bandwidth(services: Services, tenant: str, account_id: str) -> Bandwidth:
    """Raises NotFound: no such account."""
    services.store.account(tenant, account_id)
    return BandwidthStore(services.store.table).limit(tenant, account_id)


def limit_account(services: Services, tenant: str, account_id: str, limit: Bandwidth) -> Bandwidth:
    """Of all migrations from and to it together, those under way too. Raises NotFound."""
    services.store.account(tenant, account_id)
    BandwidthStore(services.store.table).keep(tenant, account_id, limit)
    return limit


def _keep(services: Services, account: ProviderAccount, secret: dict[str, str]) -> ProviderAccount:
    provider = services.providers.make(account, secret)
    health = provider.validate_credentials()
    if not health.healthy:
        raise InvalidSpec(
            f"The credential was not accepted: {health.detail}",
            field="body.secret",
            remedy="Check the account's settings and secret; nothing has been stored.",
        )
    if secret:
        secret_id = services.providers.secrets.write(account.tenant, account.id, secret)
        account = account.model_copy(update={"secret_id": secret_id})
    services.store.save_account(account)
    return account
