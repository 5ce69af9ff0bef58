"""The environment of a function, read once. The template sets every name here."""

from __future__ import annotations

from functools import cache

from pydantic_settings import BaseSettings, SettingsConfigDict

from novacron.operations.services import DEFAULT_QUOTAS


class Settings(BaseSettings):
    """NOVACRON_<NAME> in the environment; what a function does not use stays unset."""

    model_config = SettingsConfigDict(env_prefix="NOVACRON_", frozen=True)

    table: str = ""
    provision_machine: str = ""
    operation_machine: str = ""
    secret_prefix: str = "novacron"  # noqa: S105 - a name
    issuer: str = ""
    audience: str = "novacron"
    jwks_url: str = ""
    quotas: dict[str, int] = DEFAULT_QUOTAS
    """Resources a tenant may have, by kind, as JSON."""
    endpoints: list[str] = []
    """Provider endpoints other than the clouds' own that accounts may name, as JSON."""


@cache
def settings() -> Settings:
    return Settings()
