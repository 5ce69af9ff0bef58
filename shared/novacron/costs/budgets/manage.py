"""Make, show, approve and delete budgets."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from novacron.costs.budgets.actuals import actuals
from novacron.costs.budgets.count import count, current
from novacron.costs.budgets.notices import public
from novacron.costs.budgets.periods import money, units, window
from novacron.costs.budgets.sync import sync
from novacron.errors import (
    AlreadyExists,
    Conflict,
    InvalidSpec,
    NotFound,
    NotReady,
    QuotaExceeded,
    Unsupported,
)
from novacron.models.base import Page, PageRequest
from novacron.models.budget import (
    Approval,
    Budget,
    Budgets,
    BudgetSpec,
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
    if asked.scope.account_id is not None:
        services.store.account(tenant, asked.scope.account_id)
    if asked.parent is not None:
        _under(asked, others.get(asked.parent))
    for channel in asked.channels:
        if channel.kind == "webhook":
            _refuse_private(channel.url)
    if any(one.kind == "email" for one in asked.channels) and not services.notice_sender:
        raise Unsupported(
            "This deployment sends no e-mail.",
            field="channels",
            remedy="Its operator can set the stack's parameter NoticeSender.",
        )
    made = Budget(
        **asked.model_dump(exclude={"webhook_secret"}),
        id=budget_id,
        tenant=tenant,
        created_at=services.now(),
    )
    _refuse_uncounted(services, made)
    if asked.webhook_secret is not None:
        kept = {"secret": asked.webhook_secret.get_secret_value()}
        # A name of its own: one that was deleted is not free for a week.
        name = f"{made.id}-{made.created_at:%Y%m%d%H%M%S%f}"
        secret_id = services.providers.secrets.write(tenant, name, kept)
        made = made.model_copy(update={"secret_id": secret_id})
    store.create(made)
    sync(services, tenant)
    period = window(made, services.now())
    if period is not None:
        count(services, made, period)
    return made


def _refuse_uncounted(services: Services, budget: Budget) -> None:
    """Raises InvalidSpec: the ledger does not keep costs by a tag of the scope; Conflict: it is in
    another currency."""
    kept = CostStore(services.store.table).settings(budget.tenant).tags
    for tag in budget.scope.tags:
        if tag not in kept:
            raise InvalidSpec(
                f"Costs are not kept by the tag {tag!r}.",
                field="scope.tags",
                remedy="List it in PUT /costs/settings first.",
            )
    period = window(budget, services.now())
    if period is not None:
        actuals(services.ledger(budget.tenant), budget, period, services.now())


def _refuse_private(url: str) -> None:
    """A name is looked up when it is sent to; an address says at once where it leads."""
    try:
        host, _ = urlsplit(url).hostname or "", urlsplit(url).port
    except ValueError as error:
        raise InvalidSpec(f"{url} is no URL: {error}", field="channels") from error
    try:
        allowed = public(host)
    except ValueError:
        return
    if not allowed:
        raise InvalidSpec(f"{host} is not a public address.", field="channels")


def _under(asked: BudgetSpec, parent: Budget | None) -> None:
    """A child is a part of its parent, so that what counts against it counts against both."""
    if parent is None:
        raise NotFound(f"There is no budget {asked.parent!r}.", field="parent")
    if not asked.scope.within(parent.scope):
        raise InvalidSpec(
            f"The scope reaches beyond that of {parent.name!r}.",
            field="scope",
            remedy="Give the account and the tags of the parent, and more.",
        )
    if asked.currency != parent.currency:
        raise InvalidSpec(f"{parent.name!r} is in {parent.currency}.", field="currency")
    if asked.period is parent.period and asked.limit > parent.limit:
        raise InvalidSpec(f"{parent.name!r} allows {parent.limit} in all.", field="limit")


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
    """Raises NotFound, Conflict while another names it as its parent."""
    store = BudgetStore(services.store.table)
    shown, budget = show(services, tenant, budget_id), store.get(tenant, budget_id)
    children = [one.name for one in store.of(tenant) if one.parent == budget_id]
    if children:
        raise Conflict(
            f"{budget.name!r} is the parent of {', '.join(sorted(children))}.",
            remedy="Delete those first.",
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
