"""The metered costs of an account, in the form of a bill."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from novacron.costs.focus import BILL
from novacron.costs.metering.prices import Charge, Pricer
from novacron.costs.metering.spans import HOUR, Span, spans
from novacron.costs.sources.conform import bill
from novacron.costs.sources.months import months, next_month
from novacron.models.history import Change
from novacron.models.provider_account import ProviderAccount
from novacron.providers.billing import BillDelivery, BillingSource, BillPart
from novacron.store.history import History

PLACES = Decimal("1e-18")
PROVIDERS = {"aws": "AWS", "azure": "Microsoft", "gcp": "Google Cloud"}
ROWS = 20_000
MOMENT = timedelta(microseconds=1)


class MeteredCosts(BillingSource):
    """``pricer`` says what an hour costs. A delivery reaches to the last full minute: the hour that
    runs is told as far as it has gone, and again when it is over."""

    def __init__(
        self,
        account: ProviderAccount,
        history: History,
        pricer: Pricer,
        now: Callable[[], datetime],
    ) -> None:
        self._account, self._history, self._pricer, self._now = account, history, pricer, now

    def bill_deliveries(self, since: date) -> list[BillDelivery]:
        until = self._now().astimezone(UTC).replace(second=0, microsecond=0)
        return [self._delivery(month, until) for month in months(since, until.date())]

    def bill_rows(
        self,
        delivery: BillDelivery,
        part: BillPart,  # noqa: ARG002 - there is one
    ) -> Iterator[pa.RecordBatch]:
        """Raises NotFound: there is no rate card."""
        rows: list[dict[str, Any]] = []
        for change in self._changes(delivery):
            for span in spans(change, *_window(delivery)):
                rows += self._rows(span, delivery.period)
            if len(rows) >= ROWS:
                yield _batch(rows)
                rows = []
        if rows:
            yield _batch(rows)

    def _delivery(self, month: date, until: datetime) -> BillDelivery:
        end = min(until, _midnight(next_month(month)))
        return BillDelivery(
            period=month,
            version=f"metered-{end:%Y-%m-%dT%H:%M}",
            delivered_at=end,
            parts=[BillPart(id="metered", place="metered")],
        )

    def _changes(self, delivery: BillDelivery) -> Iterator[list[Change]]:
        """Of every resource that the account had in the month, in the order of their ids."""
        start, end = _window(delivery)
        tenant, account = self._account.tenant, self._account.id
        found = self._history.account(tenant, account, start, end)
        for resource in sorted(found):
            yield self._history.of(tenant, resource, start, end)

    def _rows(self, span: Span, period: date) -> Iterator[dict[str, Any]]:
        # By what is valid at the hour's end: a card that is given within an hour holds for all of
        # it, and changes no hour that is over.
        for charge in self._pricer(span.change, span.hour + HOUR - MOMENT):
            yield self._row(span, charge, period)

    def _row(self, span: Span, charge: Charge, period: date) -> dict[str, Any]:
        change, account = span.change, self._account
        provider = PROVIDERS.get(account.type.value, "On-premises")
        cost = (span.hours * charge.hourly).quantize(PLACES)
        costs = dict.fromkeys(("BilledCost", "EffectiveCost", "ListCost", "ContractedCost"), cost)
        return costs | {
            "AvailabilityZone": change.zone,
            "BillingAccountId": account.id,
            "BillingAccountName": account.name,
            "BillingAccountType": "Account",
            "BillingCurrency": charge.currency,
            "BillingPeriodStart": _midnight(period),
            "BillingPeriodEnd": _midnight(next_month(period)),
            "ChargeCategory": "Usage",
            "ChargeDescription": f"{charge.service}: {charge.sku} by {charge.source}",
            "ChargePeriodStart": span.hour,
            "ChargePeriodEnd": span.hour + HOUR,
            "ConsumedQuantity": span.hours,
            "ConsumedUnit": "Hours",
            "ContractedUnitPrice": charge.hourly,
            "InvoiceIssuerName": provider,
            "ListUnitPrice": charge.hourly,
            "PricingCategory": "Standard",
            "PricingQuantity": span.hours,
            "PricingUnit": "Hours",
            "ProviderName": provider,
            "PublisherName": provider,
            "RegionId": change.region,
            "ResourceId": change.provider_id or change.resource,
            "ResourceName": change.name,
            "ResourceType": change.kind.value,
            "ServiceCategory": charge.category,
            "ServiceName": charge.service,
            "ServiceSubcategory": charge.subcategory,
            "SkuId": charge.sku,
            "SkuPriceId": f"{charge.sku}@{charge.source}",
            "SubAccountId": account.id,
            "SubAccountName": account.name,
            "SubAccountType": "Account",
            "Tags": list(change.tags.items()) or None,
        }


def _window(delivery: BillDelivery) -> tuple[datetime, datetime]:
    return _midnight(delivery.period), delivery.delivered_at


def _batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    columns = {
        field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in BILL
    }
    return bill(columns, len(rows))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
