"""What the domain needs from outside, as protocols, so that it imports no SDK."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Protocol

from novacron.errors import InvalidSpec
from novacron.models.operation import Operation
from novacron.models.provider_account import ProviderAccount
from novacron.providers.agent.courier import Courier, NoCourier
from novacron.providers.agent.provider import AgentProvider
from novacron.providers.base import CloudProvider
from novacron.providers.pricing import CardPriced
from novacron.providers.registry import adapter
from novacron.store.store import Store

if TYPE_CHECKING:
    from novacron.costs.ledger import Ledger
    from novacron.migration.chunks import ChunkStore
    from novacron.migration.objects import ObjectStore
    from novacron.migration.pace import Paces
    from novacron.models.rate_card import RateCard
    from novacron.operations.chunks import ChunkStores

DEFAULT_QUOTAS: dict[str, int] = {
    "vm": 100,
    "volume": 500,
    "snapshot": 1000,
    "network": 20,
    "image": 100,
}
"""Resources a tenant may have, by kind, where the deployment sets nothing else."""

GRACE_SECONDS = 60

NEXT = "next."
"""Begins the names, in a kept secret, of a credential that has not been seen to work yet."""


class Starter(Protocol):
    """Starts the state machine that carries an operation out."""

    def start(self, operation: Operation) -> None:
        """Start attempt ``operation.attempt``; starting the same attempt twice starts it once."""

    def running(self, operation: Operation) -> bool:
        """Whether that attempt's execution is still under way."""

    def go_on(self, token: str) -> None:
        """End the wait of the task that this token is of; one that no longer waits is fine."""


class SecretStore(Protocol):
    """Where credentials live."""

    def read(self, secret_id: str) -> dict[str, str]: ...

    def write(self, tenant: str, account_id: str, secret: dict[str, str]) -> str:
        """Keep a credential; returns its id. Writing again replaces it."""

    def keep_first(self, tenant: str, name: str, secret: dict[str, str]) -> dict[str, str]:
        """What is kept as ``name``: ``secret``, unless something was there before."""

    def delete(self, secret_id: str) -> None: ...


class Providers:
    """Account -> adapter, made once a process and credential."""

    def __init__(
        self,
        secrets: SecretStore,
        endpoints: Sequence[str] = (),
        limiter: Callable[[ProviderAccount], Callable[[str], None]] | None = None,
        courier: Courier | None = None,
        cards: Callable[[ProviderAccount], RateCard | None] | None = None,
    ) -> None:
        self.secrets = secrets
        self.courier: Courier = courier or NoCourier()
        self._endpoints = endpoints
        self._limiter = limiter
        self._cards = cards
        self._made: dict[tuple[str, datetime | None], CloudProvider] = {}

    def of(self, account: ProviderAccount) -> CloudProvider:
        """The adapter for ``account``. Raises AuthenticationFailed, InvalidSpec (settings)."""
        credential = (account.id, account.rotated_at)
        if credential not in self._made:
            whole = self.secrets.read(account.secret_id) if account.secret_id else {}
            secret, _ = self.split(whole)
            made = self.make(account, secret)
            made.limiter = self._limiter(account) if self._limiter else None
            if isinstance(made, CardPriced) and self._cards:
                made.rate_card = partial(self._cards, account)
            self._made[credential] = made
        return self._made[credential]

    @staticmethod
    def split(whole: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """A kept secret as the credential in use and the one that is to replace it, or {}."""
        current = {name: value for name, value in whole.items() if not name.startswith(NEXT)}
        following = {
            name.removeprefix(NEXT): value for name, value in whole.items() if name not in current
        }
        return current, following

    def make(self, account: ProviderAccount, secret: dict[str, str]) -> CloudProvider:
        """A new adapter, for trying a credential before it is kept.

        An endpoint of the caller's choice would let a tenant reach into our network, or be told
        who we are by a token, so that only those that the deployment lists are accepted.
        """
        kind = adapter(account.type)
        for name, places in kind.endpoints(account.settings).items():
            if not set(places) <= set(self._endpoints):
                raise InvalidSpec(
                    "This deployment does not allow that endpoint.",
                    field=f"settings.{name}",
                    remedy="Its operator can add it to the stack's parameter Endpoints.",
                )
        made = kind.from_settings(account.settings, secret)
        if isinstance(made, AgentProvider):
            made.courier, made.tenant = self.courier, account.tenant
        return made


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Services:
    store: Store
    providers: Providers
    starter: Starter
    now: Callable[[], datetime] = field(default=utc_now)
    quotas: dict[str, int] = field(default_factory=DEFAULT_QUOTAS.copy)
    grace: timedelta = timedelta(seconds=GRACE_SECONDS)
    """A younger operation may be between its record and its state machine's start."""
    chunk_store: str = ""
    """Where disks' chunks are kept, a URL of ``migration.objects``; empty: nowhere."""
    chunk_store_region: str = ""
    """The cloud region that ``chunk_store`` is in."""

    worker_package: str = "novacron[cli]"
    """What pip installs on a worker."""
    cost_store: str = ""
    """Where rows of costs are kept, a URL of ``migration.objects``; empty: nowhere."""

    query_role: str = ""
    """The role that asks Athena about costs, in ``query_workgroup``, both ARNs; empty: none."""
    query_workgroup: str = ""

    notice_sender: str = ""
    """The address that e-mail comes from; empty: none is sent."""

    sleep: Callable[[float], None] = time.sleep
    """For a turn on a line of limited bandwidth."""
    _paces: dict[str, Paces] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def stores(self) -> ChunkStores:
        from novacron.operations.chunks import ChunkStores  # its imports are for who moves bytes

        return ChunkStores(self.chunk_store, self.store.table, self.providers.secrets)

    def chunks(self, tenant: str) -> ChunkStore:
        """The tenant's chunk store. Raises Unsupported: this deployment has none."""
        return self.stores.of(tenant)

    def paces(self, tenant: str) -> Paces:
        """What holds this process to the limits of the tenant's migrations and accounts."""
        from novacron.migration.bandwidth import granted
        from novacron.migration.pace import Paces

        if tenant not in self._paces:
            ask = partial(granted, self, tenant)
            self._paces[tenant] = Paces(ask, self.sleep, lambda: self.now().timestamp())
        return self._paces[tenant]

    @cached_property
    def costs(self) -> ObjectStore:
        """Raises Unsupported: this deployment keeps no costs."""
        from novacron.migration.objects import own_store

        return own_store(self.cost_store, "cost store")

    def ledger(self, tenant: str) -> Ledger:
        """The stored costs of ``tenant``."""
        from novacron.costs.stored import StoredLedger
        from novacron.store.costs import CostStore

        return StoredLedger(CostStore(self.store.table), tenant, self.now)
