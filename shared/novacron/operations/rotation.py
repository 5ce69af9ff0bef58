"""Replace credentials that are old, where the provider can make new ones itself.

Each run goes one step or more; a crash after any write or call leaves the next run a state that it
knows. Before a key is made, the account's record lists the keys that are there: one that came
later and is not in the secret store was made by a run that died, and is removed. The new
credential lies beside the old in one secret until it has been seen to work; then one write
replaces the old, which is retired a grace period later.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from novacron.audit.log import AuditLog
from novacron.errors import NotFound, NovaCronError
from novacron.models.base import Model
from novacron.models.provider_account import ProviderAccount, Rotation
from novacron.operations.services import NEXT, Providers, Services
from novacron.providers.base import CredentialRotation

GRACE = timedelta(days=1)
"""Longer than any function, and any adapter that it made, lives."""


class Rotated(Model):
    """What was done, by account; ``failed`` with the reason, to be tried again."""

    begun: list[str] = []
    replaced: list[str] = []
    retired: list[str] = []
    failed: list[str] = []


def rotate_credentials(services: Services, after: timedelta) -> Rotated:
    """One pass over all accounts: those older than ``after``, and those under way."""
    report = Rotated()
    for account in services.store.all_accounts():
        if account.secret_id is None:
            continue
        try:
            _account(services, account, account.secret_id, after, report)
        except NovaCronError as error:
            report.failed.append(f"{account.id}: {error.detail}")
    return report


def _account(
    services: Services, account: ProviderAccount, secret_id: str, after: timedelta, report: Rotated
) -> None:
    since = account.rotated_at or account.created_at
    age = services.now() - since
    rotation = account.rotation
    if rotation is None and age < after:
        return
    whole = services.providers.secrets.read(secret_id)
    current, following = Providers.split(whole)
    provider = services.providers.make(account, current)
    if not isinstance(provider, CredentialRotation):
        return
    name = provider.credential_name(current)
    if name is None:
        return
    if rotation is not None and rotation.replaced:
        if age >= GRACE:
            _retire(services, account, provider, rotation.old, report)
        return
    if rotation is not None and name != rotation.old:
        _replaced(services, account, rotation, report)
        return
    if not following:
        following = _begin(services, account, provider, current, name, report)
    _promote(services, account, name, following, report)


def _begin(
    services: Services,
    account: ProviderAccount,
    provider: CredentialRotation,
    current: dict[str, str],
    name: str,
    report: Rotated,
) -> dict[str, str]:
    """Make a new credential and keep it beside the one in use."""
    there = provider.list_credentials()
    if account.rotation is None:
        planned = account.model_copy(update={"rotation": Rotation(old=name, there=there)})
        services.store.save_account(planned)
        _audit(services, account, "account.rotation.begin")
    else:
        for leftover in set(there) - {*account.rotation.there, name}:
            with suppress(NotFound):
                provider.retire_credential(leftover)
    following = provider.rotate_credential(current)
    beside = {f"{NEXT}{key}": value for key, value in following.items()}
    services.providers.secrets.write(account.tenant, account.id, {**current, **beside})
    report.begun.append(account.id)
    return following


def _promote(
    services: Services,
    account: ProviderAccount,
    name: str,
    following: dict[str, str],
    report: Rotated,
) -> None:
    """Use the new credential once it works; IAM's keys may take some seconds."""
    health = services.providers.make(account, following).validate_credentials()
    if not health.healthy:
        report.failed.append(f"{account.id}: the new credential does not work yet: {health.detail}")
        return
    services.providers.secrets.write(account.tenant, account.id, following)
    _replaced(services, account, Rotation(old=name, there=[]), report)


def _replaced(
    services: Services, account: ProviderAccount, rotation: Rotation, report: Rotated
) -> None:
    now = services.now()
    done = rotation.model_copy(update={"replaced": True})
    services.store.save_account(
        account.model_copy(update={"rotation": done, "rotated_at": now, "validated_at": now})
    )
    _audit(services, account, "account.rotation.replace")
    report.replaced.append(account.id)


def _retire(
    services: Services,
    account: ProviderAccount,
    provider: CredentialRotation,
    old: str,
    report: Rotated,
) -> None:
    with suppress(NotFound):
        provider.retire_credential(old)
    services.store.save_account(account.model_copy(update={"rotation": None}))
    _audit(services, account, "account.rotation.retire")
    report.retired.append(account.id)


def _audit(services: Services, account: ProviderAccount, action: str) -> None:
    log = AuditLog(services.store.table, services.now)
    log.append(account.tenant, "schedule", action, account.id, "allowed")
