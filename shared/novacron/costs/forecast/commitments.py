"""Commitments that end, as changes to come: a day costs more by what their discount was worth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache

from novacron.costs.advice.listing import calendar
from novacron.costs.advice.on_bill import worth
from novacron.costs.advice.prices import HOURS
from novacron.costs.ledger import Ledger
from novacron.errors import NovaCronError
from novacron.models.commitment import bill_key
from novacron.models.cost import CostMetric
from novacron.models.forecast import ForecastQuestion, PlannedChange
from novacron.operations.services import Services

ONLY = {"account"}
"""By anything else it is not known whose the discount is."""
PLACES = Decimal("0.0001")


def endings(
    services: Services, tenant: str, ledger: Ledger, question: ForecastQuestion, today: date
) -> Iterator[PlannedChange]:
    """Of effective costs, as a whole or by account, of those that do not renew themselves and that
    the bill names. The soonest first."""
    asked = {*question.group_by, *question.filters}
    if question.metric is not CostMetric.EFFECTIVE or asked - ONLY:
        return
    monthly = cache(lambda account_id: _worth(ledger, account_id, today))
    wanted = question.filters.get("account")
    for one in calendar(services, tenant).items:
        if one.renews or (wanted and one.account_id not in wanted):
            continue
        saved = monthly(one.account_id).get(bill_key(one.id), Decimal(0))
        if saved > 0:
            yield PlannedChange(
                start=one.end.date(),
                daily=(saved * 24 / HOURS).quantize(PLACES),
                reason=f"{one.name} ends",
                key={"account": one.account_id} if question.group_by else {},
            )


def _worth(ledger: Ledger, account_id: str, today: date) -> dict[str, Decimal]:
    try:
        return worth(ledger, account_id, today).monthly
    except NovaCronError:
        return {}
