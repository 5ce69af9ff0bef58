"""The guard inside VM creation: budgets hold a VM's cost for the rest of their periods.

What it returns is written in the transaction that begins the VM's create or start, so that either
both happen or neither, and no number of creates at once can pass a budget.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from novacron.costs.budgets.count import current
from novacron.costs.budgets.estimate import NO_PRICE, hourly_estimate
from novacron.costs.budgets.periods import UNIT, money, rate, window
from novacron.errors import BudgetExceeded, NovaCronError
from novacron.models.base import Tags
from novacron.models.budget import Budget, Guard, Unpriced
from novacron.models.provider_account import ProviderAccount
from novacron.models.reservation import Counter, Reservation, Span
from novacron.models.vm import VmSpec
from novacron.operations.services import Services
from novacron.store.budget_counters import BudgetCounters
from novacron.store.budgets import BudgetStore
from novacron.store.table import Item

CENT = Decimal("0.01")


def covering(services: Services, tenant: str, account_id: str, tags: Tags) -> list[Budget]:
    """The budgets that a VM counts against: parents cover what their children do."""
    budgets = BudgetStore(services.store.table).of(tenant)
    return [one for one in budgets if one.scope.covers(account_id, tags)]


def hold(
    services: Services, account: ProviderAccount, vm_id: str, spec: VmSpec, *, enforce: bool = True
) -> list[Item]:
    """What to write with the begin; [] where no budget covers the VM, or they hold it already.

    Raises BudgetExceeded; not without ``enforce``, by which it is held whatever is left.
    """
    budgets = covering(services, account.tenant, account.id, spec.tags)
    if not budgets:
        return []
    counters = BudgetCounters(services.store.table)
    before = counters.reservation(account.tenant, vm_id) or Reservation(
        tenant=account.tenant, vm_id=vm_id, account_id=account.id, tags=spec.tags
    )
    if before.open is not None:
        return []
    now = services.now()
    price = _rate(services, account, spec, budgets, enforce=enforce)
    after = before.opened(now, price)
    return [
        counters.reserving(after),
        *_takings(services, budgets, after.spans[-1], now, enforce=enforce),
    ]


def _takings(
    services: Services, budgets: list[Budget], span: Span, now: datetime, *, enforce: bool
) -> list[Item]:
    counters = BudgetCounters(services.store.table)
    known = counters.counters(budgets[0].tenant)
    writes = []
    for budget in budgets:
        period = window(budget, now)
        if period is None:
            continue
        counter = known.get(budget.id)
        if counter is None or counter.window != period:
            counter = current(services, budget, period)
        amount, guarded = span.share(period), enforce and budget.guard is not Guard.OFF
        if guarded and counter.left < amount:
            raise exceeded(budget, counter, amount)
        writes.append(counters.taking(counter, amount, most=guarded))
    return writes


def _rate(
    services: Services,
    account: ProviderAccount,
    spec: VmSpec,
    budgets: list[Budget],
    *,
    enforce: bool,
) -> int:
    """Billionths a second; 0 where no price is known and every budget allows that."""
    strict = [one for one in budgets if enforce and one.unpriced is Unpriced.REFUSE]
    strict = [one for one in strict if one.guard is not Guard.OFF]
    currencies = {one.currency for one in budgets}
    try:
        estimate = hourly_estimate(services, account, spec)
    except NO_PRICE as error:
        if strict:
            raise _unpriced(strict[0], error) from error
        return 0
    if currencies != {estimate.currency}:
        if strict:
            raise _unpriced(
                strict[0], BudgetExceeded(f"The price is in {estimate.currency} alone.")
            )
        return 0
    return rate(estimate.hourly)


def _unpriced(budget: Budget, reason: NovaCronError) -> BudgetExceeded:
    return BudgetExceeded(
        f"Budget {budget.name!r} ({budget.id}) refuses what has no known price. {reason.detail}",
        field=reason.field,
        remedy="Choose a type and region with a known price, or ask an administrator for a budget "
        "with `unpriced: allow`.",
    )


def exceeded(budget: Budget, counter: Counter, amount: int) -> BudgetExceeded:
    """The refusal, with every figure that it rests on."""
    short = money(counter.extra + amount - counter.left)
    if budget.guard is Guard.APPROVE:
        remedy = (
            f"An administrator can approve it: POST /budgets/{budget.id}/approve with an amount of "
            f"{_up(short)} or more. Then repeat the request."
        )
    else:
        remedy = (
            "Stop or delete what is not needed, choose a smaller type, or ask an administrator "
            f"for a higher limit of budget {budget.id}."
        )
    approved = f" and {_shown(counter.extra)} approved" if counter.extra else ""
    return BudgetExceeded(
        f"Budget {budget.name!r} ({budget.id}) has {_shown(counter.left)} {budget.currency} left "
        f"until {counter.end:%Y-%m-%d}, of a limit of {_shown(counter.limit)}{approved}, "
        f"{_shown(counter.actual)} spent and {_shown(counter.reserved)} reserved; this would cost "
        f"{_up(money(amount))}.",
        remedy=remedy,
    )


def _shown(amount: int) -> str:
    return f"{money(amount):.2f}"


def _up(amount: Decimal) -> Decimal:
    """The next cent: what is asked for must suffice."""
    return (amount + CENT - Decimal(1) / UNIT).quantize(CENT, rounding="ROUND_DOWN")
