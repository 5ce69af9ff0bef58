"""Collecting costs: the steps of ``collect_costs``, each harmless to repeat.

An account is a branch of its own: what goes wrong in one is noted there and stops no other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Protocol

from novacron.errors import NotFound, NovaCronError
from novacron.models.account import ProviderType
from novacron.models.collection import (
    AccountRef,
    CollectEvent,
    Collection,
    CollectOutput,
    CollectStep,
    MonthRef,
)
from novacron.models.cost_import import Outcome
from novacron.models.provider_account import ProviderAccount
from novacron.providers.billing import BillDelivery, BillingSource
from novacron.store.collections import Collections

if TYPE_CHECKING:
    from novacron.operations.services import Services

BACK = timedelta(days=35)
"""A month is restated for two weeks after its end at AWS
(https://docs.aws.amazon.com/cur/latest/userguide/dataexports-export-delivery.html), and for less
elsewhere: what was last month is looked at for all of this one."""
OWN = frozenset({ProviderType.LIBVIRT, ProviderType.AGENT, ProviderType.MEMORY})
"""Nobody bills for these: metering is their bill."""
ACCOUNTS = 500
"""Of an execution: about 60 kB of ids, of the 256 KiB that an input may have
(https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html)."""


class Runner(Protocol):
    def start(self, name: str, accounts: list[AccountRef]) -> None:
        """Start a collection; starting one of the same name twice starts it once."""


def begin(services: Services, runner: Runner) -> int:
    """Start the collection of all accounts of all tenants; returns how many there are."""
    found = [
        AccountRef(tenant=one.tenant, account_id=one.id) for one in services.store.all_accounts()
    ]
    for number in range(0, len(found), ACCOUNTS):
        name = f"{services.now():%Y%m%dT%H}-{number // ACCOUNTS}"
        runner.start(name, found[number : number + ACCOUNTS])
    return len(found)


def step(services: Services, event: CollectEvent) -> CollectOutput:
    """Raises what the provider and the ledger raise."""
    if event.step is CollectStep.NOTE:
        return _note(services, event)
    account = services.store.account(event.tenant, event.account_id)
    if event.step is CollectStep.PLAN:
        return _plan(services, account)
    if event.period is None:
        raise ValueError("a month is needed to collect")
    _collect(services, account, event.period, event.estimated)
    return CollectOutput()


def _plan(services: Services, account: ProviderAccount) -> CollectOutput:
    """A bill that cannot be listed is noted, and estimates are made all the same."""
    since = (services.now() - BACK).date()
    found: list[MonthRef] = []
    try:
        for estimated, source in _sources(services, account):
            periods = [one.period for one in source.bill_deliveries(since)]
            found += [_month(account, period, estimated) for period in periods]
    except NovaCronError as error:
        if error.retryable:
            raise
        _save(services, account, type(error).__name__, error.detail)
    return CollectOutput(items=found)


def _month(account: ProviderAccount, period: date, estimated: bool) -> MonthRef:
    return MonthRef(
        tenant=account.tenant, account_id=account.id, period=period, estimated=estimated
    )


def _sources(services: Services, account: ProviderAccount) -> Iterator[tuple[bool, BillingSource]]:
    """The bill last: where none can be read, there are estimates still."""
    from novacron.costs.metering.prices import by_card, by_catalog
    from novacron.costs.metering.source import MeteredCosts
    from novacron.store.history import History
    from novacron.store.rate_cards import RateCards

    table = services.store.table
    if account.type in OWN:
        pricer = by_card(RateCards(table), account.tenant, account.id)
        yield False, MeteredCosts(account, History(table), pricer, services.now)
        return
    estimate = by_catalog(account.type)
    yield True, MeteredCosts(account, History(table), estimate, services.now)
    provider = services.providers.of(account)
    if isinstance(provider, BillingSource):
        yield False, provider


def _collect(services: Services, account: ProviderAccount, period: date, estimated: bool) -> None:
    from novacron.costs.estimates import compare
    from novacron.costs.imports import import_delivery

    source = next(one for kind, one in _sources(services, account) if kind is estimated)
    delivery = _of(source.bill_deliveries(period), period)
    report = import_delivery(services, account, source, delivery, estimated=estimated)
    if estimated:
        return
    _save(services, account)
    if report.outcome is Outcome.IMPORTED and account.type not in OWN:
        Collections(services.store.table).save_errors(compare(services, account, period))


def _of(deliveries: list[BillDelivery], period: date) -> BillDelivery:
    for one in deliveries:
        if one.period == period:
            return one
    raise NotFound(f"There is no delivery for {period:%Y-%m} any more.")


def _note(services: Services, event: CollectEvent) -> CollectOutput:
    told = event.failure or {}
    detail = _message(str(told.get("Cause", "")))
    _save(services, event, str(told.get("Error", "Unknown")), detail)
    return CollectOutput()


def _save(
    services: Services,
    of: CollectEvent | ProviderAccount,
    code: str | None = None,
    detail: str | None = None,
) -> None:
    account_id = of.account_id if isinstance(of, CollectEvent) else of.id
    noted = Collection(
        tenant=of.tenant, account_id=account_id, at=services.now(), code=code, detail=detail
    )
    Collections(services.store.table).note(noted)


def _message(cause: str) -> str:
    """Of a function's error: https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html"""
    try:
        return str(json.loads(cause)["errorMessage"])[:1000]
    except (ValueError, KeyError, TypeError):
        return cause[:1000]


def ages(services: Services, tell: Callable[[str, float], None]) -> float:
    """Tell how old each account's costs are, in hours, and return the oldest's: 0 without any.

    Counted from the last delivery, and for an account that had none yet from its creation. One
    that nobody set up an export for is left out: its last collection says so.
    """
    from novacron.store.costs import CostStore

    oldest = 0.0
    store, collections = CostStore(services.store.table), Collections(services.store.table)
    for account in services.store.all_accounts():
        last = collections.last(account.tenant, account.id)
        if last is not None and last.code == NotFound.__name__:
            continue
        delivered = [
            one.delivered_at
            for one in store.partitions(account.tenant)
            if one.account_id == account.id and not one.estimated
        ]
        hours = (services.now() - max(delivered, default=account.created_at)) / timedelta(hours=1)
        tell(account.id, hours)
        oldest = max(oldest, hours)
    return oldest
