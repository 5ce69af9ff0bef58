"""Azure's Query API, for subscriptions without an export: sums by day, service and location.

https://learn.microsoft.com/en-us/rest/api/cost-management/query/usage

It is free and limited: 12 units in 10 seconds, 60 in a minute and 600 in an hour, a unit being a
month of data (https://learn.microsoft.com/en-us/azure/cost-management-billing/costs/manage-automation).
A month is asked for once a day, and a refusal says when to come back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from novacron.costs.sources.months import next_month
from novacron.providers.azure.base import AzureBase
from novacron.providers.azure.errors import translated
from novacron.providers.billing import BillDelivery, BillPart

if TYPE_CHECKING:
    import pyarrow as pa
    from azure.core.credentials import TokenCredential
    from azure.mgmt.costmanagement import CostManagementClient

    from novacron.costs.sources.sums import Sum

API = "2024-08-01"
KINDS = ("ActualCost", "AmortizedCost")
Key = tuple[date, str, str, str]
"""Day, service, location, currency."""


class AzureCostQuery(AzureBase):
    @property
    def cost_management(self) -> CostManagementClient:
        def make(credential: TokenCredential, told: dict[str, Any]) -> CostManagementClient:
            from azure.mgmt.costmanagement import CostManagementClient

            return CostManagementClient(credential, **told)

        client: CostManagementClient = self._client("Microsoft.CostManagement", make)
        return client

    def queried(self, month: date, today: date) -> BillDelivery:
        """The month as it will be told today. Asks nothing."""
        return BillDelivery(
            period=month,
            version=f"query-{today.isoformat()}",
            delivered_at=datetime(today.year, today.month, today.day, tzinfo=UTC),
            parts=[BillPart(id="sums", place=f"query/{month:%Y-%m}")],
            complete=False,
        )

    def queried_rows(self, delivery: BillDelivery) -> Iterator[pa.RecordBatch]:
        from novacron.costs.sources.sums import bill_of

        until = min(next_month(delivery.period), delivery.delivered_at.date())
        if until <= delivery.period:
            return
        billed, effective = (self._sums(kind, delivery.period, until) for kind in KINDS)
        sums = [
            _sum(key, billed.get(key, Decimal(0)), effective.get(key, Decimal(0)))
            for key in sorted(billed.keys() | effective.keys())
        ]
        if sums:
            yield bill_of("Microsoft", self.account.root, delivery.period, sums)

    def _sums(self, kind: str, start: date, until: date) -> dict[Key, Decimal]:
        found: dict[Key, Decimal] = {}
        for page in self._query_pages(_question(kind, start, until)):
            names = [column["name"] for column in page["columns"]]
            for row in page["rows"]:
                told = dict(zip(names, row, strict=True))
                day = datetime.strptime(str(told["UsageDate"]), "%Y%m%d").replace(tzinfo=UTC)
                place = (told["ServiceName"], told["ResourceLocation"], told["Currency"])
                key = (day.date(), *place)
                found[key] = found.get(key, Decimal(0)) + Decimal(told["Cost"])
        return found

    def _query_pages(self, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
        scope = f"{self.account.endpoint}{self.account.root}"
        url: str | None = f"{scope}/providers/Microsoft.CostManagement/query?api-version={API}"
        while url:
            page = self._query_page(url, question)
            yield page
            url = page.get("nextLink")

    @translated
    def _query_page(self, url: str, question: dict[str, Any]) -> dict[str, Any]:
        from azure.core.exceptions import HttpResponseError
        from azure.core.rest import HttpRequest

        # Not by the SDK's models: they make floats of costs.
        answer = self.cost_management.send_request(HttpRequest("POST", url, json=question))
        if answer.status_code == 204:
            return {"columns": [], "rows": []}
        if answer.status_code >= 400:
            raise HttpResponseError(response=answer)
        body: dict[str, Any] = json.loads(answer.text(), parse_float=Decimal)
        found: dict[str, Any] = body["properties"]
        return found


def _question(kind: str, start: date, until: date) -> dict[str, Any]:
    last = until.toordinal() - 1
    return {
        "type": kind,
        "timeframe": "Custom",
        "timePeriod": {
            "from": f"{start.isoformat()}T00:00:00Z",
            "to": f"{date.fromordinal(last).isoformat()}T23:59:59Z",
        },
        "dataset": {
            "granularity": "Daily",
            "aggregation": {"Cost": {"name": "Cost", "function": "Sum"}},
            "grouping": [
                {"type": "Dimension", "name": "ServiceName"},
                {"type": "Dimension", "name": "ResourceLocation"},
            ],
        },
    }


def _sum(key: Key, billed: Decimal, effective: Decimal) -> Sum:
    day, service, place, currency = key
    return {
        "day": day,
        "service": service,
        "region": place.replace(" ", "").lower() or None,
        "billed": billed,
        "effective": effective,
        "currency": currency,
    }
