"""Questions about costs and their answers. Money is ``Decimal``; a float never touches it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from novacron.models.account import ProviderType
from novacron.models.base import Model

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
"""ISO 4217."""

Dimension = Annotated[
    str,
    StringConstraints(
        pattern=r"^(provider|account|region|service|resource|tag:.{1,128}|"
        r"commitment(_status|_type)?|instance_type)$"
    ),
]
"""By what costs are grouped and filtered; ``account`` is our account's id, ``resource`` the
provider's id, ``tag:env`` the value of the tag ``env``. ``commitment`` is the provider's id of the
commitment that pays or is paid for, ``commitment_status`` ``Used`` or ``Unused``.
``instance_type``: of a VM of ours, for compute that is not spot."""

UNALLOCATED = ""
"""The value of a dimension that a row does not have: always shown, never dropped."""


class CostMetric(StrEnum):
    """FOCUS's four costs: what is invoiced; amortised; at list price; at the negotiated price."""

    BILLED = "billed"
    EFFECTIVE = "effective"
    LIST = "list"
    CONTRACTED = "contracted"


class Granularity(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TOTAL = "total"


class Comparison(StrEnum):
    """``previous``: as many days just before; ``year``: the same days a year earlier."""

    PREVIOUS = "previous"
    YEAR = "year"


class Days(Model):
    """Days in UTC, from ``start`` up to and without ``end``."""

    start: date
    end: date

    @model_validator(mode="after")
    def _in_order(self) -> Days:
        if self.end <= self.start:
            raise ValueError("end must be after start")
        return self


class CostQuestion(Days):
    """``filters``: dimension -> the values that are let through; all given must hold."""

    metric: CostMetric = CostMetric.EFFECTIVE
    granularity: Granularity = Granularity.DAY
    group_by: list[Dimension] = Field(default=[], max_length=4)
    filters: dict[Dimension, list[str]] = Field(default={}, max_length=8)
    top: int | None = Field(default=None, ge=1, le=1000)
    """Only so many groups, by total; the rest is one group named ``other``."""
    compare: Comparison | None = None
    estimates: bool = True
    """Whether what is metered and not yet billed counts too."""


class CostPoint(Model):
    start: date
    amount: Decimal
    estimated: Decimal = Decimal(0)
    """How much of ``amount`` no bill has confirmed."""


class CostGroup(Model):
    """``key``: dimension -> value. ``change`` is against the period compared with."""

    key: dict[str, str]
    total: Decimal
    points: list[CostPoint]
    compared: Decimal | None = None
    change: Decimal | None = None


class Freshness(Model):
    """How old an account's costs are: ``through`` is the last day with rows."""

    account_id: str
    provider: ProviderType
    through: date | None
    imported_at: datetime | None
    stale: bool


class RateSource(StrEnum):
    """``tenant``: its own, in its settings. ``ecb``: the European Central Bank's reference."""

    TENANT = "tenant"
    ECB = "ecb"


class Exchange(Model):
    """The newest day that was converted, and by what. ``stale``: the rate is much older than it."""

    currency: Currency
    day: date
    rate: Decimal
    as_of: date
    source: RateSource
    stale: bool


class CommitmentSums(Model):
    """Quantities are in the commitment's unit, None where the bill does not tell them all in one.
    ``utilisation``: used / (used + unused), of a commitment that no filter has a part of."""

    used: Decimal | None
    unused: Decimal | None
    used_cost: Decimal
    unused_cost: Decimal
    utilisation: Decimal | None


class CommitmentPoint(CommitmentSums):
    start: date


class CommitmentUse(CommitmentSums):
    """``type`` as the provider calls it; ``unit`` is hours, a currency, or another of its own."""

    commitment: str
    type: str
    unit: str | None
    points: list[CommitmentPoint]


class CostAnswer(Model):
    currency: Currency
    total: Decimal
    estimated: Decimal
    groups: list[CostGroup]
    commitments: list[CommitmentUse] = []
    """Of the groups, where these are by ``commitment``; costs are of the metric asked for."""
    freshness: list[Freshness] = []
    exchange: list[Exchange] = []
    """Of each other currency that the days asked for have."""
