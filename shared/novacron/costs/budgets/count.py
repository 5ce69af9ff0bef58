"""Count a budget: what the ledger has, and what running VMs will add to it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from novacron.costs.budgets.actuals import Actuals, actuals, forecast
from novacron.costs.budgets.periods import units
from novacron.errors import NotReady
from novacron.models.budget import Budget
from novacron.models.reservation import Counter, Reservation, Window
from novacron.operations.services import Services
from novacron.store.budget_counters import BudgetCounters
from novacron.store.table import Lost

TRIES = 10


def count(services: Services, budget: Budget, period: Window) -> Counter:
    """Write the budget's counter anew. Raises what the ledger raises, and NotReady: the budget is
    in such use that every try was overtaken."""
    ledger, now = services.ledger(budget.tenant), services.now()
    told = actuals(ledger, budget, period, now)
    foreseen = forecast(ledger, budget, period, now, told.spent)
    return _written(services, budget, period, told, foreseen, anew=True)


def current(services: Services, budget: Budget, period: Window) -> Counter:
    """The counter; at the beginning of a period a first one, which the next count replaces.

    The ledger is not asked: it has next to nothing yet, and a create does not wait for it.
    """
    nothing = Actuals(Decimal(0), {})
    return _written(services, budget, period, nothing, Decimal(0), anew=False)


def _written(
    services: Services,
    budget: Budget,
    period: Window,
    told: Actuals,
    foreseen: Decimal,
    *,
    anew: bool,
) -> Counter:
    """The counter is read before the reservations, and written only if nobody took or gave since:
    a reservation that is made meanwhile is in the next try."""
    store = BudgetCounters(services.store.table)
    for _ in range(TRIES):
        seen = store.counters(budget.tenant).get(budget.id)
        if seen is not None and seen.window == period and not anew:
            return seen
        counted = _counted(services, budget, period, seen, told, foreseen)
        try:
            store.write(counted, None if seen is None else seen.seq)
        except Lost:
            continue
        return counted
    raise NotReady(f"Budget {budget.name} is in heavy use.")


def _counted(
    services: Services,
    budget: Budget,
    period: Window,
    seen: Counter | None,
    told: Actuals,
    foreseen: Decimal,
) -> Counter:
    now = services.now()
    held = _held(BudgetCounters(services.store.table).reservations(budget.tenant), budget)
    reserved = sum(one.share(period, told.covers.get(one.account_id)) for one in held)
    past = Window(period.start, min(now, period.end))
    used = sum(one.share(past, told.covers.get(one.account_id)) for one in held)
    same_period = seen is not None and seen.window == period
    extra = seen.extra if seen is not None and same_period else 0
    limit, spent = units(budget.limit), units(told.spent)
    return Counter(
        tenant=budget.tenant,
        budget_id=budget.id,
        start=period.start,
        end=period.end,
        limit=limit,
        spent=spent,
        used=used,
        forecast=max(units(foreseen), spent + reserved),
        covers=told.covers,
        unpriced=[one.vm_id for one in held if one.open is not None and one.open.rate == 0],
        counted_at=now,
        left=limit + extra - spent - reserved,
        extra=extra,
        seq=0 if seen is None else seen.seq + 1,
    )


def _held(all_of_them: Iterable[Reservation], budget: Budget) -> list[Reservation]:
    return [one for one in all_of_them if budget.scope.covers(one.account_id, one.tags)]
