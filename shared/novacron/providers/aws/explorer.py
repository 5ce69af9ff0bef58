"""AWS's Cost Explorer, for accounts without an export: sums by day, service and region.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html

Each request, a page included, costs 0.01 USD
(https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/):
the limiter's family "cost-explorer" counts and caps them, tries that failed among them, and a month
is asked for once a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from novacron.costs.sources.months import next_month
from novacron.providers.aws.base import AwsBase
from novacron.providers.aws.errors import translated
from novacron.providers.billing import BillDelivery, BillPart

if TYPE_CHECKING:
    import pyarrow as pa

    from novacron.costs.sources.sums import Sum

HOME = "us-east-1"
"""Cost Explorer has one endpoint for all regions."""
METRICS = ["UnblendedCost", "AmortizedCost", "UsageQuantity"]


class AwsExplorer(AwsBase):
    def explored(self, month: date, today: date) -> BillDelivery:
        """The month as it will be told today. Asks nothing: it costs."""
        now = datetime(today.year, today.month, today.day, tzinfo=UTC)
        part = BillPart(id="sums", place=f"cost-explorer/{month:%Y-%m}")
        return BillDelivery(
            period=month,
            version=f"cost-explorer-{today.isoformat()}",
            delivered_at=now,
            parts=[part],
            complete=False,
        )

    def explored_rows(self, delivery: BillDelivery) -> Iterator[pa.RecordBatch]:
        from novacron.costs.sources.sums import bill_of

        end = min(next_month(delivery.period), delivery.delivered_at.date())
        if end > delivery.period:
            for page in self._months_sums(delivery.period, end):
                sums = [one for day in page["ResultsByTime"] for one in _sums(day)]
                if sums:
                    yield bill_of("AWS", self._payer(), delivery.period, sums)

    @translated
    def _payer(self) -> str:
        return str(self.client("sts", self.account.region).get_caller_identity()["Account"])

    def _months_sums(self, start: date, end: date) -> Iterator[dict[str, Any]]:
        asked: dict[str, Any] = {
            "TimePeriod": {"Start": start.isoformat(), "End": end.isoformat()},
            "Granularity": "DAILY",
            "Metrics": METRICS,
            "GroupBy": [
                {"Type": "DIMENSION", "Key": "SERVICE"},
                {"Type": "DIMENSION", "Key": "REGION"},
            ],
        }
        while True:
            page = self._asked(asked)
            yield page
            if not page.get("NextPageToken"):
                return
            asked["NextPageToken"] = page["NextPageToken"]

    @translated
    def _asked(self, asked: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.home("ce", HOME).get_cost_and_usage(**asked)
        return found


def _sums(day: dict[str, Any]) -> Iterator[Sum]:
    for group in day["Groups"]:
        service, region = group["Keys"]
        money = group["Metrics"]["UnblendedCost"]
        yield {
            "day": date.fromisoformat(day["TimePeriod"]["Start"]),
            "service": service,
            "region": None if region in ("NoRegion", "global") else region,
            "billed": Decimal(money["Amount"]),
            "effective": Decimal(group["Metrics"]["AmortizedCost"]["Amount"]),
            "currency": money["Unit"],
        }
