"""What limits of bandwidth leave of both sides' speeds."""

from __future__ import annotations

import math
from typing import NamedTuple

from novacron.migration.assess.figures import ASSUMED, MIB, Figure
from novacron.models.bandwidth import MBIT_BYTES
from novacron.models.migration import MigrationSpec
from novacron.models.provider_account import ProviderAccount
from novacron.store.bandwidth import BandwidthStore


class Limits(NamedTuple):
    """Into the chunk store and out of it. As if nothing else used an account's share."""

    out: Figure
    into: Figure


FREE = Figure(math.inf, ASSUMED, "no limit")
NO_LIMITS = Limits(FREE, FREE)


def limits_of(
    store: BandwidthStore, spec: MigrationSpec, source: ProviderAccount, target: ProviderAccount
) -> Limits:
    own = _figure(spec.max_mbit_per_second, "the migration's")
    return Limits(*(min(own, _account(store, one), key=_value) for one in (source, target)))


def _account(store: BandwidthStore, account: ProviderAccount) -> Figure:
    limit = store.limit(account.tenant, account.id)
    return _figure(limit.max_mbit_per_second, f"account {account.name}'s")


def _figure(mbit: int | None, whose: str) -> Figure:
    if mbit is None:
        return FREE
    return Figure(round(mbit * MBIT_BYTES / MIB, 2), ASSUMED, f"{whose} limit of {mbit} Mbit/s")


def _value(figure: Figure) -> float:
    return figure.value
