"""What has been imported: one partition for each account and billing month."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from novacron.models.account import ProviderType
from novacron.models.allocation import Allocation
from novacron.models.base import Model, ResourceId, TagKey
from novacron.models.budget import Money
from novacron.models.cost import CostMetric, Currency, RateSource

Rate = Annotated[Decimal, Field(gt=0, max_digits=28, decimal_places=12)]
"""Of the tenant's currency for one of another."""
CLOSED_AFTER = timedelta(days=7)
"""After a month's end its bill is final: AWS says so when the invoice is out
(https://docs.aws.amazon.com/cur/latest/userguide/what-is-cur.html), Azure after five days at most
(https://learn.microsoft.com/azure/cost-management-billing/costs/understand-cost-mgmt-data)."""


class Digest(StrEnum):
    """``daily``: at midnight, ``weekly``: at Monday's, in UTC. ``none``: each by itself."""

    NONE = "none"
    DAILY = "daily"
    WEEKLY = "weekly"


class CostSettings(Model):
    """``tags``: by which costs can be grouped and filtered at once; others need a query of rows.

    ``rates``: currency -> first day -> rate, which holds until the next one's day; a day before the
    first, and a currency without, has the European Central Bank's. ``currency``
    stays as it is once costs are stored in it. ``allocation``: who pays, in reports. ``notices``:
    a budget, to whose channels anomalies and new advice are told; none: to nobody. ``digest``: how
    often they are told together. ``urgent``: of ``currency``; an anomaly of this severity or more
    is told by itself, at once.
    """

    currency: Currency = "USD"
    tags: list[TagKey] = Field(default=[], max_length=10)
    rates: dict[Currency, dict[date, Rate]] = Field(default={}, max_length=50)
    allocation: Allocation = Allocation()
    notices: ResourceId | None = None
    digest: Digest = Digest.NONE
    urgent: Money | None = None
    version: int = Field(default=0, ge=0)
    """Of what is replaced: the one that was read."""


class CostCurrency(Model):
    """In what a tenant's costs are; ``imported``: some are stored, so that it stays."""

    currency: Currency
    imported: bool


class UsedRate(Model):
    """``as_of``: the day that the rate was given for, at or before the row's own."""

    rate: Rate
    as_of: date
    source: RateSource = RateSource.TENANT


class PartitionKey(Model):
    """``estimated``: metered by us until the bill is there; kept beside the bill's own rows."""

    tenant: str
    account_id: str
    period: date
    estimated: bool = False

    @property
    def closed_from(self) -> date:
        days = calendar.monthrange(self.period.year, self.period.month)[1]
        return self.period + timedelta(days=days) + CLOSED_AFTER


class Partition(PartitionKey):
    """What is valid now: the rows and pages of ``generation``, and nothing else.

    ``first`` and ``last`` are the days of its rows, ``through`` the last day with usage. ``pages``:
    how many pages of aggregates each view has. ``rates``: currency -> day -> the rate used, which
    the next import of the same month uses again.
    """

    provider: ProviderType
    generation: str
    delivery: str
    delivered_at: datetime
    complete: bool
    imported_at: datetime
    currency: Currency
    rows: int
    files: int
    first: date | None
    last: date | None
    through: date | None
    totals: dict[CostMetric, Decimal]
    pages: dict[str, int]
    tags: list[str]
    rates: dict[Currency, dict[date, UsedRate]]


class Attempt(PartitionKey):
    """An import that has begun: what it wrote is found by this and removed if nothing uses it."""

    provider: ProviderType
    generation: str
    begun_at: datetime
    pages: dict[str, int] = {}


class ClosedChange(PartitionKey):
    """A month that was closed has other totals than before."""

    at: datetime
    currency: Currency
    before: dict[CostMetric, Decimal]
    after: dict[CostMetric, Decimal]

    @property
    def difference(self) -> dict[CostMetric, Decimal]:
        return {metric: self.after[metric] - self.before[metric] for metric in CostMetric}


class Outcome(StrEnum):
    """``outdated``: a newer delivery is there. ``coarser``: a complete one is, and this is not."""

    IMPORTED = "imported"
    UNCHANGED = "unchanged"
    OUTDATED = "outdated"
    COARSER = "coarser"


class ImportReport(Model):
    """``change`` only where a closed month changed."""

    kind: Literal["cost-import"] = "cost-import"
    account_id: str
    period: date
    outcome: Outcome
    rows: int
    totals: dict[CostMetric, Decimal]
    change: ClosedChange | None = None
