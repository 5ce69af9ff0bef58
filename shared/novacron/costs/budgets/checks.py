"""What a budget may be: refused before anything is kept."""

from __future__ import annotations

from urllib.parse import urlsplit

from novacron.costs.budgets.actuals import actuals
from novacron.costs.budgets.notices import public
from novacron.costs.budgets.periods import window
from novacron.errors import InvalidSpec, NotFound, Unsupported
from novacron.models.budget import Budget, BudgetSpec
from novacron.operations.services import Services
from novacron.store.costs import CostStore


def refuse(services: Services, tenant: str, asked: BudgetSpec, others: dict[str, Budget]) -> None:
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


def refuse_children(asked: BudgetSpec, children: list[Budget]) -> None:
    for child in children:
        if child.period is asked.period and child.limit > asked.limit:
            raise InvalidSpec(f"{child.name!r} is a part of it: {child.limit}.", field="limit")


def refuse_uncounted(services: Services, budget: Budget) -> None:
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
