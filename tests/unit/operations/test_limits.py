"""What all processes together may take, whatever the order in which they come."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacron.errors import Throttled
from novacron.models.account import ProviderType
from novacron.models.provider_account import ProviderAccount
from novacron.operations.limits import LEASE, LIMITS, Limiter
from novacron.operations.services import Providers
from novacron.store.buckets import Bucket, Buckets, Taken
from tests.world import Secrets, World

AWS = LIMITS["aws"]["read"]


@dataclass
class Seconds:
    at: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def account(world: World) -> ProviderAccount:
    return world.account.model_copy(update={"type": ProviderType.AWS})


def _passes(limiter: Callable[[str], None], calls: int) -> int:
    passed = 0
    for _ in range(calls):
        try:
            limiter("read")
        except Throttled:
            continue
        passed += 1
    return passed


def test_processes_share_a_bucket_and_wait_for_it(
    world: World, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    # DynamoDB checks and writes an item in one step; moto under threads does not.
    real, atomic = Buckets._write, Lock()

    def one_step(*args: Any) -> int | None:
        with atomic:
            return real(*args)

    monkeypatch.setattr(Buckets, "_write", one_step)
    clock = Seconds()
    buckets = Buckets(world.services.store.table)
    processes = [Limiter(buckets, account, clock) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        passed = sum(pool.map(lambda one: _passes(one, 60), processes))
    assert passed == AWS.size
    with pytest.raises(Throttled) as full:
        processes[0]("read")
    clock.at += full.value.retry_after
    assert _passes(processes[0], 10) == 1
    clock.at += 3600
    assert sum(_passes(one, 60) for one in processes) == AWS.size


def test_a_listing_does_not_write_for_each_call(
    world: World, account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes = []
    real = Buckets._write

    def counted(*args: Any) -> int | None:
        writes.append(args)
        return real(*args)

    monkeypatch.setattr(Buckets, "_write", counted)
    limiter = Limiter(Buckets(world.services.store.table), account, Seconds())
    assert _passes(limiter, AWS.size) == AWS.size
    assert len(writes) <= AWS.size / LEASE + 1


def test_tokens_of_an_old_lease_lapse(world: World, account: ProviderAccount) -> None:
    clock = Seconds()
    table = world.services.store.table
    idle, busy = (Limiter(Buckets(table), account, clock) for _ in range(2))
    assert _passes(idle, 1) == 1
    assert _passes(busy, AWS.size) == AWS.size - LEASE
    clock.at += 1
    assert _passes(idle, AWS.size) == AWS.rate


def test_families_and_accounts_do_not_share(world: World, account: ProviderAccount) -> None:
    buckets, clock = Buckets(world.services.store.table), Seconds()
    assert _passes(Limiter(buckets, account, clock), 200) == AWS.size
    Limiter(buckets, account, clock)("write")
    for changed in ({"id": "acc-2"}, {"tenant": "umbrella"}):
        Limiter(buckets, account.model_copy(update=changed), clock)("read")


def test_a_limiter_that_fails_lets_calls_through_and_says_so(
    world: World, account: ProviderAccount, caplog: pytest.LogCaptureFixture
) -> None:
    table = world.services.store.table
    table.client.delete_table(TableName=table.name)
    assert _passes(Limiter(Buckets(table), account, Seconds()), 200) == 200
    assert "let a call through" in caplog.text


def test_adapters_get_their_accounts_limiter_and_ones_own_hosts_have_no_limit(world: World) -> None:
    made: list[str] = []

    def limiter(account: ProviderAccount) -> Limiter:
        made.append(account.id)
        return Limiter(Buckets(world.services.store.table), account, Seconds())

    provider = Providers(Secrets(), limiter=limiter).of(world.account)
    assert made == ["acc-1"]
    assert provider.limiter is not None
    assert _passes(provider.limiter, 5000) == 5000


class OneBucket(Buckets):
    """The same arithmetic over a dictionary: hypothesis cannot have a new table each time."""

    def __init__(self) -> None:
        self.full_at: dict[str, int] = {}

    def _write(
        self, tenant: str, name: str, idle: bool, at: int, cost: int, depth: int
    ) -> int | None:
        old = self.full_at.get(name)
        start = old is None or old < at
        fits = start if idle else not start and (old or 0) <= at + depth - cost
        if not fits:
            return old or 0
        self.full_at[name] = (at if idle or old is None else old) + cost
        return None


@given(
    st.lists(st.tuples(st.floats(0, 5), st.integers(1, 20)), min_size=1, max_size=60),
    st.integers(1, 50),
    st.sampled_from([1, 3, 5, 20, 25]),
)
def test_never_more_than_the_bucket_and_its_refill(
    takes: list[tuple[float, int]], size: int, rate: int
) -> None:
    buckets, bucket, now, total = OneBucket(), Bucket(size, rate), 1_800_000_000.0, 0
    began = now
    for pause, most in takes:
        now += pause
        taken: Taken = buckets.take("t", "b", bucket, most, now)
        assert taken.tokens <= most
        assert (taken.tokens == 0) == (taken.wait > 0)
        total += taken.tokens
        assert total <= size + (now - began) * rate * 1.001 + 1
        if taken.tokens == 0:
            now += taken.wait + 1e-5
            later = buckets.take("t", "b", bucket, 1, now)
            assert later.tokens == 1
            total += 1
