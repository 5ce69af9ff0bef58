"""Provider accounts: where a tenant's VMs are made. Credentials are elsewhere, on purpose."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field, SecretStr

from novacron.models.account import ProviderType
from novacron.models.base import Model, Name


class AccountRequest(Model):
    """A new account. ``secret`` goes to the secret store and is never returned or logged."""

    name: Name
    type: ProviderType
    settings: dict[str, str] = Field(default={}, max_length=32)
    secret: dict[str, SecretStr] = Field(default={}, max_length=16)


class Rotation(Model):
    """A credential's replacement under way. Names of credentials are no secrets.

    ``there``: what the provider had before the new one was made. ``replaced``: the new one is in
    use, and ``old`` waits to be retired.
    """

    old: str
    there: list[str]
    replaced: bool = False


class ProviderAccount(Model):
    """``secret_id`` names the entry in the secret store; None where no secret is needed."""

    id: str
    tenant: str
    name: str
    type: ProviderType
    settings: dict[str, str]
    secret_id: str | None = None
    created_at: datetime
    validated_at: datetime | None = None
    rotated_at: datetime | None = None
    rotation: Rotation | None = None
