"""What a local subscription is started with, and what may be switched while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..common.faults import Fault
from ..common.lifecycle import Pace


@dataclass(frozen=True)
class FederatedCredential:
    """An outside issuer whose assertions stand for ``client_id``.

    https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation
    ``jwks``: its keys; None: read from the issuer's discovery document at each use.
    """

    client_id: str
    issuer: str
    subject: str
    audience: str = "api://AzureADTokenExchange"
    jwks: dict[str, Any] | None = None


@dataclass(frozen=True)
class Options:
    """Fixed for the life of one server. ``port`` 0 takes a free one."""

    port: int = 0
    host: str = "127.0.0.1"
    subscription_id: str = "11111111-1111-4111-8111-111111111111"
    tenant_id: str = "22222222-2222-4222-8222-222222222222"
    client_id: str = "33333333-3333-4333-8333-333333333333"
    client_secret: str = "local-secret"
    resource_group: str = "novacron"
    location: str = "westeurope"
    transition_describes: int = 1
    persist: bool = True
    federated: tuple[FederatedCredential, ...] = ()

    def settings(self, url: str, ca_file: str) -> dict[str, str]:
        """What a client is told of the subscription behind ``url``, but for its secret."""
        return {
            "subscription_id": self.subscription_id,
            "tenant_id": self.tenant_id,
            "client_id": self.client_id,
            "resource_group": self.resource_group,
            "region": self.location,
            "endpoint_url": url,
            "authority_url": url,
            "ca_file": ca_file,
        }


@dataclass
class Switches(Pace):
    """Changed with ``POST /_local/settings``.

    page_size: items of one list page. retry_after: seconds in Retry-After of started operations.
    token_seconds: how long a new access token is good.
    quotas: usage name -> limit, over the defaults of ``catalog/quotas.py``.
    quota_code: the code of a compute quota refusal, "OperationNotAllowed" or "QuotaExceeded".
    restricted_sizes: sizes without capacity in the location (SkuNotAvailable).
    cluster_sizes: sizes that a VM can take without being deallocated; empty: every size.
    exchanges: a file (JSON lines) that records every request and answer; None: no recording.
    """

    page_size: int = 50
    retry_after: int = 1
    token_seconds: int = 3600
    quotas: dict[str, int] = field(default_factory=dict)
    quota_code: str = "OperationNotAllowed"
    restricted_sizes: list[str] = field(default_factory=list)
    cluster_sizes: list[str] = field(default_factory=list)
    exchanges: str | None = None


@dataclass
class ArmFault(Fault):
    """Besides ``before`` and ``after``, ``when`` may be "async": the call is accepted and its
    operation fails later with ``code``. ``kind`` "reset" breaks the connection, "slow" delays
    the answer by ``seconds``, and then no error is made up."""

    kind: str = "error"
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.when not in ("before", "after", "async"):
            raise ValueError("when is 'before', 'after' or 'async'")
        if self.kind not in ("error", "reset", "slow"):
            raise ValueError("kind is 'error', 'reset' or 'slow'")
