"""How often each account's cloud may be called, by all functions together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from novacron.errors import Throttled
from novacron.models.provider_account import ProviderAccount
from novacron.store.buckets import Bucket, Buckets

LIMITS: dict[str, dict[str, Bucket]] = {
    # A bucket for each API, per account and region; ours is for all APIs of a family in all
    # regions: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html. "blocks" has
    # none: a lease for every five of 1,000 requests a second would cost more than EBS's refusals.
    "aws": {
        "read": Bucket(100, 20),
        "write": Bucket(50, 5),
        "cost-explorer": Bucket(40, 40 / 86400),
    },
    # Per subscription, principal and kind of operation:
    # https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
    "azure": {"read": Bucket(250, 25), "write": Bucket(200, 10)},
    # 1,500 a minute per project and group: https://cloud.google.com/compute/docs/api-rate-limits
    "gcp": {"read": Bucket(1500, 25), "write": Bucket(1500, 25)},
}
"""Provider type -> API family. A type that is not here (one's own hosts) has no limit."""

PAID = frozenset({"cost-explorer"})
"""Families of which each call costs: taken one by one, counted, and refused when in doubt. 40
requests of Cost Explorer a day are at most 12 USD a month."""

LEASE_S = 1.0
"""Tokens that a process has taken and not used by then lapse."""
LEASE = 5
"""Tokens taken at once: a listing of many pages costs one write for five calls."""

log = logging.getLogger("novacron.limits")


@dataclass
class _Lease:
    tokens: int = 0
    until: float = 0.0
    lock: Lock = field(default_factory=Lock)


class Limiter:
    """The contract's ``limiter`` for one account; ``clock`` in seconds since 1970."""

    def __init__(
        self, buckets: Buckets, account: ProviderAccount, clock: Callable[[], float]
    ) -> None:
        self._buckets = buckets
        self._account = account
        self._clock = clock
        self._limits = LIMITS.get(account.type.value, {})
        self._leases = {family: _Lease() for family in self._limits}

    def __call__(self, family: str) -> None:
        """One call of ``family``. Raises Throttled. A limiter that fails stops nothing."""
        lease = self._leases.get(family)
        if lease is None:
            return
        with lease.lock:
            now = self._clock()
            if lease.tokens < 1 or now >= lease.until:
                lease.tokens, lease.until = self._take(family, now), now + LEASE_S
            lease.tokens -= 1

    def _take(self, family: str, now: float) -> int:
        account, bucket = self._account, self._limits[family]
        name, paid = f"{account.id}#{family}", family in PAID
        try:
            taken = self._buckets.take(account.tenant, name, bucket, 1 if paid else LEASE, now)
            if paid and taken.tokens:
                self._buckets.count(account.tenant, name, now)
        except Exception as error:
            if paid:
                raise Throttled(f"Calls of {name} cost, and cannot be counted now.") from error
            log.warning("the limiter of %s let a call through: %s", name, error)
            return LEASE
        if taken.tokens < 1:
            raise Throttled(
                f"Account {account.id} has used up its {family} calls for now.",
                retry_after=taken.wait,
            )
        return taken.tokens
