"""Budgets: how much may be spent on what, who is told, and what happens then."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, model_validator

from novacron.models.base import Model, Name, ResourceId, Tags
from novacron.models.cost import Currency


def _to_the_billionth(amount: Decimal) -> Decimal:
    if amount != round(amount, 9):
        raise ValueError("at most nine digits behind the point")
    return amount


Money = Annotated[Decimal, Field(ge=0, le=10**9), AfterValidator(_to_the_billionth)]


class BudgetPeriod(StrEnum):
    """Calendar periods in UTC; ``total`` is from ``start`` up to and without ``end``."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"
    TOTAL = "total"


class Guard(StrEnum):
    """What becomes of a VM that a budget has no room for: it is made; it is refused until an
    administrator approves more; it is refused."""

    OFF = "off"
    APPROVE = "approve"
    REFUSE = "refuse"


class Unpriced(StrEnum):
    """What becomes of a VM whose price is not known."""

    REFUSE = "refuse"
    ALLOW = "allow"


class Measure(StrEnum):
    """Spent so far; spent by the end of the period; spent a day, of the last seven full days."""

    ACTUAL = "actual"
    FORECAST = "forecast"
    RATE = "rate"


class Threshold(Model):
    """``percent`` of the limit; of a rate, of what the limit allows a day. ``stop``: VMs of the
    budget with all these tags are stopped."""

    measure: Measure = Measure.ACTUAL
    percent: Decimal | None = Field(default=None, gt=0, le=1000)
    amount: Money | None = None
    stop: Tags = {}

    @model_validator(mode="after")
    def _one_figure(self) -> Self:
        if (self.percent is None) == (self.amount is None):
            raise ValueError("give percent or amount")
        return self


class SnsChannel(Model):
    """A topic whose name begins with ``novacron-``, which is what our role may publish to."""

    kind: Literal["sns"] = "sns"
    topic: Annotated[
        str,
        StringConstraints(
            pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]{1,32}:\d{12}:novacron-[A-Za-z0-9_-]{1,200}$"
        ),
    ]


class WebhookChannel(Model):
    kind: Literal["webhook"] = "webhook"
    url: Annotated[str, StringConstraints(pattern=r"^https://[^\s@]+$", max_length=2048)]


class EmailChannel(Model):
    kind: Literal["email"] = "email"
    address: Annotated[str, StringConstraints(pattern=r"^[^\s@,;<>]+@[^\s@,;<>]+$", max_length=254)]


Channel = Annotated[SnsChannel | WebhookChannel | EmailChannel, Field(discriminator="kind")]


class BudgetScope(Model):
    """All given must hold; nothing given is everything of the tenant. A project is the tag
    ``project``."""

    account_id: ResourceId | None = None
    tags: Tags = Field(default={}, max_length=5)

    def covers(self, account_id: str, tags: Tags) -> bool:
        return self.account_id in (None, account_id) and self.tags.items() <= tags.items()

    def within(self, other: BudgetScope) -> bool:
        """Whether all that is in this scope is in ``other`` too."""
        same_account = other.account_id in (None, self.account_id)
        return same_account and other.tags.items() <= self.tags.items()


class BudgetSpec(Model):
    """``parent`` names a budget that this one is a part of, and that limits it too."""

    name: Name
    scope: BudgetScope = BudgetScope()
    parent: ResourceId | None = None
    period: BudgetPeriod = BudgetPeriod.MONTHLY
    start: date | None = None
    end: date | None = None
    limit: Annotated[Money, Field(gt=0)]
    currency: Currency = "USD"
    guard: Guard = Guard.REFUSE
    unpriced: Unpriced = Unpriced.REFUSE
    thresholds: list[Threshold] = Field(default=[], max_length=10)
    channels: list[Channel] = Field(default=[], max_length=5)

    @model_validator(mode="after")
    def _days_of_a_total(self) -> Self:
        total = self.period is BudgetPeriod.TOTAL
        if total != (self.start is not None) or total != (self.end is not None):
            raise ValueError("start and end go with the period total, and with no other")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError("end must be after start")
        return self


class CreateBudget(BudgetSpec):
    """``webhook_secret`` signs what is sent to webhooks; it is kept and never shown again."""

    webhook_secret: Annotated[SecretStr, Field(min_length=16, max_length=256)] | None = None

    @model_validator(mode="after")
    def _signed(self) -> Self:
        webhooks = any(one.kind == "webhook" for one in self.channels)
        if webhooks != (self.webhook_secret is not None):
            raise ValueError("webhook_secret goes with a channel of kind webhook")
        return self


class Budget(BudgetSpec):
    id: str
    tenant: str
    created_at: datetime
    secret_id: str | None = None


class Standing(Model):
    """How a budget stands in the period under way. ``left`` = limit + approved - spent - reserved.

    ``spent`` is from the bills, and metered where they are not there yet; ``reserved`` is what
    running VMs will add by the period's end. ``unpriced`` are running VMs that are not held, as
    their price is not known.
    """

    start: datetime
    end: datetime
    approved: Decimal
    spent: Decimal
    reserved: Decimal
    left: Decimal
    forecast: Decimal
    unpriced: list[str] = []
    counted_at: datetime


class BudgetView(BudgetSpec):
    """``standing`` is None where no period is under way."""

    id: str
    created_at: datetime
    standing: Standing | None


class Budgets(Model):
    items: list[BudgetView]
    next_cursor: str | None = None


class Approval(Model):
    """How far beyond its limit a budget may go in the period under way; 0 takes it back."""

    amount: Money


class Reverted(Model):
    """VMs that the budget had stopped and that are started again, and those left as they are."""

    started: list[str]
    left: dict[str, str]
