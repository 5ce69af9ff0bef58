"""How far our estimates were off, once the bill is there: by service, of our VMs alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from novacron.costs.sources.months import next_month
from novacron.costs.vms import native_id
from novacron.models.collection import EstimateError
from novacron.models.cost import CostMetric, Days
from novacron.models.cost_import import PartitionKey
from novacron.models.provider_account import ProviderAccount
from novacron.store.costs import CostStore

if TYPE_CHECKING:
    from novacron.operations.services import Services

Sums = dict[tuple[str, str], Decimal]
"""(service, provider's id of the VM) -> amount."""


def compare(services: Services, account: ProviderAccount, period: date) -> list[EstimateError]:
    """Of the days that the month's bill reaches; nothing where it reaches none.

    List prices on both sides: an estimate knows no discounts of the account's own.
    """
    key = PartitionKey(tenant=account.tenant, account_id=account.id, period=period)
    bill = CostStore(services.store.table).partition(key)
    if bill is None or bill.through is None:
        return []
    estimated = _estimated(services, account, period, bill.through)
    currency, through = bill.currency, bill.through
    billed = _billed(services, account, period, through, {vm for _, vm in estimated})
    return [
        EstimateError(
            tenant=account.tenant,
            account_id=account.id,
            period=period,
            service=service,
            through=through,
            currency=currency,
            estimated=_sum(estimated, service),
            billed=_sum(billed, service),
        )
        for service in sorted({service for service, _ in estimated})
    ]


def _estimated(services: Services, account: ProviderAccount, period: date, through: date) -> Sums:
    from novacron.costs.metering.prices import by_catalog
    from novacron.costs.metering.source import MeteredCosts
    from novacron.store.history import History

    history = History(services.store.table)
    source = MeteredCosts(account, history, by_catalog(account.type), services.now)
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    [delivery, *_] = source.bill_deliveries(period)
    for batch in source.bill_rows(delivery, delivery.parts[0]):
        for row in batch.to_pylist():
            if row["ChargePeriodStart"].date() <= through:
                sums[row["ServiceName"], row["ResourceId"]] += row["ListCost"]
    return dict(sums)


def _billed(
    services: Services, account: ProviderAccount, period: date, through: date, vms: set[str]
) -> Sums:
    ledger = services.ledger(account.tenant)
    days = Days(start=period, end=min(through + timedelta(days=1), next_month(period)))
    mine = {"account": [account.id]}
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for service in ledger.daily_by(days, CostMetric.LIST, mine, "service"):
        of_service = {**mine, "service": [service]}
        found = ledger.daily_by(days, CostMetric.LIST, of_service, "resource")
        for resource, series in found.items():
            vm = native_id(resource)
            if vm in vms:
                sums[service, vm] += sum(series.values(), Decimal(0))
    return dict(sums)


def _sum(sums: Sums, service: str) -> Decimal:
    return sum((amount for (one, _), amount in sums.items() if one == service), Decimal(0))
