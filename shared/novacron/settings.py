"""The environment of a function, read once. The template sets every name here."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from novacron.operations.services import DEFAULT_QUOTAS, GRACE_SECONDS


class Settings(BaseSettings):
    """NOVACRON_<NAME> in the environment; what a function does not use stays unset."""

    model_config = SettingsConfigDict(env_prefix="NOVACRON_", frozen=True)

    table: str = ""
    provision_machine: str = ""
    operation_machine: str = ""
    migration_machine: str = ""
    wave_machine: str = ""
    collect_machine: str = ""
    secret_prefix: str = "novacron"  # noqa: S105 - a name
    chunk_store: str = ""
    """Where disks' chunks are kept: ``s3://bucket/prefix``, ``az://``, ``gs://``."""
    chunk_store_region: str = ""
    cost_store: str = ""
    """Where rows of costs are kept, a URL like the chunk store's."""
    query_role: str = ""
    """The role that asks Athena about costs, held to one tenant's by each question."""
    query_workgroup: str = ""
    ecb_rates: str = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist-90d.xml"
    """The ECB's reference rates, or a copy of them that this network reaches."""
    aws_prices: str = (
        "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonEC2/current/"
        "region_index.json"
    )
    """The region index of AWS's price list of EC2, or of a copy that this network reaches; those of
    data transfer and VPC are beside it, and that of savings plans is on the same host."""
    azure_prices: str = "https://prices.azure.com/api/retail/prices"
    """Azure's Retail Prices API, or a copy of it that this network reaches."""
    google_prices: str = "https://cloudbilling.googleapis.com/v1/services/6F81-5844-456A/skus"
    """Google's catalog of Compute Engine's prices, or a copy of it that this network reaches."""
    google_prices_secret: str = ""
    """The name of the secret that has a key for it."""
    issuer: str = ""
    audience: str = "novacron"
    jwks_url: str = ""
    quotas: Annotated[dict[str, int], NoDecode] = DEFAULT_QUOTAS
    """Resources a tenant may have: ``kind=number,kind=number``; a kind not named keeps its own."""
    rotate_after_days: int = Field(default=90, ge=1)
    """Age at which a credential is replaced, where the provider can make a new one."""
    worker_package: str = "novacron[cli]"
    """What pip installs on a worker: a requirement, a wheel's URL among it."""
    api_url: str = ""
    """Where workers reach the API, if not where callers do; may name {api_id} and {stage}."""
    notice_sender: str = ""
    """The address that notices by e-mail come from; empty: none is sent."""
    reconcile_grace_seconds: int = Field(default=GRACE_SECONDS, ge=1)
    """Age of its last news at which an operation without an execution is started again."""
    endpoints: Annotated[list[str], NoDecode] = []
    """Provider endpoints other than the clouds' own that accounts may name, with commas."""

    @field_validator("quotas", mode="before")
    @classmethod
    def _numbers(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        pairs = (pair.partition("=") for pair in given.split(",") if pair)
        return {**DEFAULT_QUOTAS, **{kind.strip(): number for kind, _, number in pairs}}

    @field_validator("endpoints", mode="before")
    @classmethod
    def _items(cls, given: Any) -> Any:
        return [one for one in given.split(",") if one] if isinstance(given, str) else given


@cache
def settings() -> Settings:
    return Settings()
