"""Reports of who pays."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from novacron.models.allocation import Allocation, Owners
from novacron.models.base import Model
from novacron.models.cost import CostMetric, Currency, Days


class ReportFormat(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"
    PDF = "pdf"


class ShowbackRequest(Days):
    """``allocation``: instead of the tenant's own. ``format``: also as a file of this kind."""

    metric: CostMetric = CostMetric.EFFECTIVE
    estimates: bool = True
    allocation: Allocation | None = None
    format: ReportFormat | None = None


class OwnerCost(Model):
    """``shared``: rule -> this owner's share of what the rule shares."""

    owner: str
    direct: Decimal
    shared: dict[str, Decimal]
    total: Decimal


class ReportFile(Model):
    """``content`` is base64: a report has a line an owner, and is small."""

    name: str
    media_type: str
    content: str


class Showback(Days):
    """``unallocated``: of no owner, and what fixed shares leave; always there. The owners' totals
    and the unallocated are ``total``, which is the ledger's own, to the last digit."""

    metric: CostMetric
    currency: Currency
    by: Owners
    rules: list[str]
    owners: list[OwnerCost]
    unallocated: OwnerCost
    total: Decimal
    estimated: Decimal
    file: ReportFile | None = None
