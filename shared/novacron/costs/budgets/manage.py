"""Make, show, approve and delete budgets."""

from __future__ import annotations

import hashlib

from novacron.costs.budgets.checks import refuse, refuse_children, refuse_uncounted
from novacron.costs.budgets.count import count, current
from novacron.costs.budgets.periods import money, units, window
from novacron.costs.budgets.sync import sync
from novacron.errors import (
    AlreadyExists,
    Conflict,
    InvalidSpec,
    NotReady,
    QuotaExceeded,
)
from novacron.models.base import Page, PageRequest
from novacron.models.budget import (
    Approval,
    Budget,
    Budgets,
    BudgetView,
    CreateBudget,
    Guard,
    Standing,
)
from novacron.models.reservation import Counter
from novacron.operations.services import Services
from novacron.store.budget_counters import BudgetCounters
from novacron.store.budgets import BudgetStore
from novacron.store.costs import CostStore
from novacron.store.table import Lost

MOST = 50
"""Budgets of a tenant: a create takes from all that cover it in one transaction of at most 100."""
TRIES = 10
FIXED = ("name", "scope", "parent", "period", "start", "end", "currency")
CHANGED = ("limit", "guard", "unpriced", "thresholds", "channels")


def create_budget(services: Services, tenant: str, asked: CreateBudget) -> Budget:
    """What runs already is held from now on, whether there is room for it or not.

    The id follows from the name. Raises AlreadyExists, InvalidSpec, NotFound (parent, account),
    QuotaExceeded, Unsupported (e-mail without a sender).
    """
    store = BudgetStore(services.store.table)
    others = {one.id: one for one in store.of(tenant)}
    budget_id = _id(tenant, asked.name)
    if budget_id in others:
        raise AlreadyExists(f"There is a budget {asked.name!r} already.")
    if len(others) >= MOST:
        raise QuotaExceeded(f"A tenant may have {MOST} budgets.", remedy="Delete one.")
    refuse(services, tenant, asked, others)
    made = Budget(
        **asked.model_dump(exclude={"webhook_secret"}),
        id=budget_id,
        tenant=tenant,
        created_at=services.now(),
    )
    refuse_uncounted(services, made)
    made = _with_secret(services, made, asked)
    store.create(made)
    sync(services, tenant)
    _count(services, made)
    return made


def replace_budget(
    services: Services, tenant: str, budget_id: str, asked: CreateBudget
) -> BudgetView:
    """Another limit, guard, thresholds or channels; what it covers and when stays as it is.

    What is held stays held, over the new limit or not. Raises NotFound, InvalidSpec (field).
    """
    store = BudgetStore(services.store.table)
    others = {one.id: one for one in store.of(tenant)}
    old = store.get(tenant, budget_id)
    for name in FIXED:
        if getattr(asked, name) != getattr(old, name):
            raise InvalidSpec(
                f"The {name} of a budget stays as it is.",
                field=name,
                remedy="Make another budget, and delete this one.",
            )
    refuse(services, tenant, asked, others)
    refuse_children(asked, [one for one in others.values() if one.parent == budget_id])
    changed = old.model_copy(update={name: getattr(asked, name) for name in CHANGED})
    made = _with_secret(services, changed.model_copy(update={"secret_id": None}), asked)
    store.save(made)
    if old.secret_id is not None:
        services.providers.secrets.delete(old.secret_id)
    _count(services, made)
    return show(services, tenant, budget_id)


def _count(services: Services, budget: Budget) -> None:
    period = window(budget, services.now())
    if period is not None:
        count(services, budget, period)


def _with_secret(services: Services, budget: Budget, asked: CreateBudget) -> Budget:
    if asked.webhook_secret is None:
        return budget
    # A name of its own: one that was deleted is not free for a week.
    name = f"{budget.id}-{services.now():%Y%m%d%H%M%S%f}"
    kept = {"secret": asked.webhook_secret.get_secret_value()}
    secret_id = services.providers.secrets.write(budget.tenant, name, kept)
    return budget.model_copy(update={"secret_id": secret_id})


def show(services: Services, tenant: str, budget_id: str) -> BudgetView:
    """Raises NotFound."""
    budget = BudgetStore(services.store.table).get(tenant, budget_id)
    return _view(services, budget, BudgetCounters(services.store.table).counters(tenant))


def list_budgets(services: Services, tenant: str, page: PageRequest) -> Budgets:
    found: Page[Budget] = BudgetStore(services.store.table).page(tenant, page)
    counters = BudgetCounters(services.store.table).counters(tenant)
    shown = [_view(services, one, counters) for one in found.items]
    return Budgets(items=shown, next_cursor=found.next_cursor)


def delete_budget(services: Services, tenant: str, budget_id: str) -> BudgetView:
    """Raises NotFound, Conflict while another names it as its parent, or the settings of
    costs name it for notices."""
    store = BudgetStore(services.store.table)
    shown, budget = show(services, tenant, budget_id), store.get(tenant, budget_id)
    children = [one.name for one in store.of(tenant) if one.parent == budget_id]
    if children:
        raise Conflict(
            f"{budget.name!r} is the parent of {', '.join(sorted(children))}.",
            remedy="Delete those first.",
        )
    if CostStore(services.store.table).settings(tenant).notices == budget_id:
        raise Conflict(
            f"Anomalies and advice are told to the channels of {budget.name!r}.",
            remedy="Name another budget, or none, in `notices` of PUT /costs/settings.",
        )
    store.delete(budget)
    BudgetCounters(services.store.table).delete(tenant, budget_id)
    if budget.secret_id is not None:
        services.providers.secrets.delete(budget.secret_id)
    return shown


def approve(services: Services, tenant: str, budget_id: str, asked: Approval) -> BudgetView:
    """Let the budget go so far beyond its limit in this period; what is reserved stays.

    Raises NotFound, and Conflict: it approves nothing, or has no period now.
    """
    budget = BudgetStore(services.store.table).get(tenant, budget_id)
    period = window(budget, services.now())
    if budget.guard is not Guard.APPROVE or period is None:
        raise Conflict(
            f"Nothing can be approved of {budget.name!r}.",
            remedy="Only a budget with `guard: approve` takes approvals, in its period.",
        )
    counters = BudgetCounters(services.store.table)
    for _ in range(TRIES):
        now = current(services, budget, period)
        extra = units(asked.amount)
        moved = {"extra": extra, "left": now.left + extra - now.extra, "seq": now.seq + 1}
        try:
            counters.write(now.model_copy(update=moved), now.seq)
        except Lost:
            continue
        return show(services, tenant, budget_id)
    raise NotReady(f"Budget {budget.name} is in heavy use.")


def _view(services: Services, budget: Budget, counters: dict[str, Counter]) -> BudgetView:
    counter, period = counters.get(budget.id), window(budget, services.now())
    standing = None
    if counter is not None and period == counter.window:
        standing = Standing(
            start=counter.start,
            end=counter.end,
            approved=money(counter.extra),
            spent=money(counter.actual),
            reserved=money(counter.reserved),
            left=money(counter.left),
            forecast=money(counter.forecast),
            unpriced=counter.unpriced,
            counted_at=counter.counted_at,
        )
    told = budget.model_dump(exclude={"tenant", "secret_id"})
    return BudgetView(**told, standing=standing)


def _id(tenant: str, name: str) -> str:
    return "bud-" + hashlib.sha256(f"{tenant}\n{name}".encode()).hexdigest()[:12]
