"""Sums by day that a fallback tells, as FOCUS rows: what they lack is null, not guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypedDict

import pyarrow as pa

from novacron.costs.focus import BILL
from novacron.costs.sources.conform import bill
from novacron.costs.sources.months import next_month

CATEGORY = {
    "Amazon Elastic Compute Cloud - Compute": "Compute",
    "EC2 - Other": "Compute",
    "Amazon Simple Storage Service": "Storage",
    "Virtual Machines": "Compute",
    "Storage": "Storage",
    "Bandwidth": "Networking",
    "Virtual Network": "Networking",
}
ONE = Decimal(1)
PLACES = Decimal("1e-18")


class Sum(TypedDict):
    day: date
    service: str
    region: str | None
    billed: Decimal
    effective: Decimal
    currency: str


def bill_of(provider: str, payer: str, period: date, sums: Sequence[Sum]) -> pa.RecordBatch:
    """A batch of ``BILL``: one row a sum, of one unit of the service."""
    rows = [_row(provider, payer, period, one) for one in sums]
    columns = {
        field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in BILL
    }
    return bill(columns, len(rows))


def _row(provider: str, payer: str, period: date, one: Sum) -> dict[str, object]:
    start = _midnight(one["day"])
    service, billed = one["service"] or "Other", one["billed"].quantize(PLACES)
    category = "Tax" if service == "Tax" else "Usage" if billed >= 0 else "Credit"
    return {
        "BilledCost": billed,
        "BillingAccountId": payer,
        "BillingCurrency": one["currency"],
        "BillingPeriodStart": _midnight(period),
        "BillingPeriodEnd": _midnight(next_month(period)),
        "ChargeCategory": category,
        "ChargeDescription": f"{service}, sum of the day",
        "ChargePeriodStart": start,
        "ChargePeriodEnd": start + timedelta(days=1),
        "ConsumedQuantity": ONE,
        "ConsumedUnit": "Units",
        "ContractedCost": billed,
        "EffectiveCost": one["effective"].quantize(PLACES),
        "InvoiceIssuerName": provider,
        "ListCost": billed,
        "PricingCategory": "Other" if category == "Usage" else None,
        "ProviderName": provider,
        "PublisherName": provider,
        "RegionId": one["region"],
        "ServiceCategory": CATEGORY.get(service, "Other"),
        "ServiceName": service,
        "SkuId": f"sum of {service}" if category == "Usage" else None,
        "SkuPriceId": f"sum of {service}" if category == "Usage" else None,
    }


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
