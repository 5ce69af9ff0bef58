"""Google's bills: the BigQuery export, of detailed usage cost or as the FOCUS view.

https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/detailed-usage
https://cloud.google.com/billing/docs/how-to/export-data-bigquery-tables/focus

The export only grows: a delivery is what it had at a moment, and stays readable as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any, NamedTuple

from novacron.costs.sources.months import first_day
from novacron.errors import NotFound
from novacron.providers.billing import BillDelivery, BillingSource, BillPart
from novacron.providers.gcp.bigquery import BigQuery, Row

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_A_PART = 200_000
ROWS_A_BATCH = 10_000


class Export(NamedTuple):
    """What the two forms of the export call the same things."""

    month: str
    day: str
    exported: str
    order: str


EXPORTS = {
    "detailed": Export(
        "invoice.month",
        "CAST(usage_start_time AS DATE)",
        "export_time",
        "usage_start_time, sku.id, usage_end_time, cost",
    ),
    "focus": Export(
        "CAST(BillingPeriodStart AS DATE)",
        "CAST(ChargePeriodStart AS DATE)",
        "x_ExportTime",
        "ChargePeriodStart, SkuId, ChargePeriodEnd, BilledCost",
    ),
}


class GcpBilling(BigQuery, BillingSource):
    """Settings: ``billing_table`` ("project.dataset.table"), ``billing_format`` ("detailed", or
    "focus" for Google's FOCUS view)."""

    def bill_deliveries(self, since: date) -> list[BillDelivery]:
        export = self._export()
        sql = (
            f"SELECT {export.month} AS month, {export.day} AS day, COUNT(*) AS total, "  # noqa: S608
            f"MAX({export.exported}) AS newest FROM `{self.account.billing_table}` "
            f"WHERE {export.month} >= @since GROUP BY month, day ORDER BY month, day"
        )
        days = self.select(sql, {"since": self._month(first_day(since))})
        return [
            _delivery(month, list(found))
            for month, found in groupby(days, lambda one: one["month"])
        ]

    def bill_rows(self, delivery: BillDelivery, part: BillPart) -> Iterator[pa.RecordBatch]:
        export = self._export()
        first, last = (date.fromisoformat(day) for day in part.place.split("/"))
        sql = (
            f"SELECT * FROM `{self.account.billing_table}` WHERE {export.month} = @month "  # noqa: S608
            f"AND {export.day} >= @first AND {export.day} <= @last "
            f"AND {export.exported} <= @newest ORDER BY {export.order}"
        )
        rows = self.select(
            sql,
            {
                "month": self._month(delivery.period),
                "first": first,
                "last": last,
                "newest": delivery.delivered_at,
            },
        )
        while some := list(islice(rows, ROWS_A_BATCH)):
            yield from self._mapped(some)

    def _mapped(self, rows: list[Row]) -> Iterator[pa.RecordBatch]:
        from novacron.costs.sources import focus, google

        if self.account.billing_format == "detailed":
            yield google.rows(rows)
        else:
            yield from focus.rows(google.as_columns(rows))

    def _month(self, first: date) -> Any:
        return f"{first:%Y%m}" if self.account.billing_format == "detailed" else first

    def _export(self) -> Export:
        if not self.account.billing_table:
            raise NotFound(
                "No billing export is set up for this account.",
                remedy="Export detailed usage cost to BigQuery, and name its table in the setting "
                "billing_table.",
            )
        return EXPORTS[self.account.billing_format]


def _delivery(month: str, days: list[Row]) -> BillDelivery:
    """``month`` is "202610", or the first day as a date's text."""
    newest: datetime = max(one["newest"] for one in days)
    total = sum(int(one["total"]) for one in days)
    digits = month.replace("-", "")
    return BillDelivery(
        period=date(int(digits[:4]), int(digits[4:6]), 1),
        version=f"{newest.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{total}",
        delivered_at=newest,
        parts=list(_parts(days)),
    )


def _parts(days: list[Row]) -> Iterator[BillPart]:
    """Runs of days of about as many rows as a part may have; a day is never cut."""
    first, rows = str(days[0]["day"]), 0
    for at, day in enumerate(days):
        rows += int(day["total"])
        if rows >= ROWS_A_PART or at == len(days) - 1:
            yield BillPart(id=first, place=f"{first}/{day['day']}")
            if at < len(days) - 1:
                first, rows = str(days[at + 1]["day"]), 0
