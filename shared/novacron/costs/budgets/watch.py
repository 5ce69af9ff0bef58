"""Every quarter of an hour: count all budgets, and act once on each threshold that is passed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

from novacron.costs.budgets.actuals import daily_rate
from novacron.costs.budgets.count import count
from novacron.costs.budgets.periods import money, window
from novacron.costs.budgets.revert import stop_vms
from novacron.costs.budgets.sync import sync
from novacron.errors import NovaCronError
from novacron.models.base import Model
from novacron.models.budget import Budget, Channel, Measure, Threshold
from novacron.models.firing import Firing
from novacron.models.reservation import Counter
from novacron.operations.services import Services
from novacron.store.budgets import BudgetStore

Deliver = Callable[[Budget, Channel, Firing], None]
"""Sends one notice; NovaCronError when it was not taken."""
MOST_TRIES = 96
"""A day of quarter hours."""


class Watched(Model):
    """Thresholds that were acted on in this run; ``failed``: budgets that could not be counted;
    ``told``: notices of other things that are done with."""

    counted: int = 0
    fired: list[str] = []
    failed: dict[str, str] = {}
    told: int = 0


def watch(services: Services, deliver: Deliver) -> Watched:
    """One run over all tenants. Safe to run at any time, and to be killed anywhere."""
    counted, fired, failed = 0, list[str](), dict[str, str]()
    budgets = sorted(BudgetStore(services.store.table).everybodys(), key=lambda one: one.tenant)
    for tenant, group in groupby(budgets, key=lambda one: one.tenant):
        sync(services, tenant)
        for budget in group:
            period = window(budget, services.now())
            if period is None:
                continue
            try:
                counter = count(services, budget, period)
                fired += _thresholds(services, budget, counter, deliver)
            except NovaCronError as error:
                failed[budget.id] = error.detail
            else:
                counted += 1
    return Watched(counted=counted, fired=fired, failed=failed)


def _thresholds(
    services: Services, budget: Budget, counter: Counter, deliver: Deliver
) -> list[str]:
    acted = []
    for threshold in budget.thresholds:
        value, bound = figures(services, budget, counter, threshold)
        firing_id = _id(budget, counter, threshold)
        store = BudgetStore(services.store.table)
        firing = store.firing(budget.tenant, firing_id)
        if firing is None and value >= bound:
            firing = store.fire(_firing(services, budget, counter, threshold, firing_id))
        if firing is not None and not firing.done:
            store.save_firing(_act(services, budget, firing, deliver))
            acted.append(firing.id)
    return acted


def figures(
    services: Services, budget: Budget, counter: Counter, threshold: Threshold
) -> tuple[Decimal, Decimal]:
    """(value, bound) in the budget's currency; of a rate, a day."""
    limit = budget.limit
    if threshold.measure is Measure.ACTUAL:
        value = money(counter.actual)
    elif threshold.measure is Measure.FORECAST:
        value = money(counter.forecast)
    else:
        value = daily_rate(services.ledger(budget.tenant), budget, services.now())
        limit /= (counter.end - counter.start) // timedelta(days=1)
    if threshold.amount is not None:
        return value, threshold.amount
    return value, limit * (threshold.percent or 0) / 100


def _act(services: Services, budget: Budget, firing: Firing, deliver: Deliver) -> Firing:
    """What is still to do of it, done; what fails is left for the next run, for a day."""
    stopped, failed = firing.stopped, dict[str, str]()
    if firing.threshold.stop:
        stopped, failed = stop_vms(
            services, budget, firing.threshold.stop, firing.id, firing.stopped
        )
    told = firing.model_copy(update={"stopped": stopped})
    delivered, failures = list(firing.delivered), {f"stop {vm}": why for vm, why in failed.items()}
    for index, channel in enumerate(budget.channels):
        if index in delivered:
            continue
        try:
            deliver(budget, channel, told)
        except NovaCronError as error:
            failures[f"{channel.kind} {index}"] = error.detail
        else:
            delivered.append(index)
    tries = firing.tries + 1
    return told.model_copy(
        update={
            "delivered": delivered,
            "failures": failures,
            "tries": tries,
            "done": not failures or tries >= MOST_TRIES,
        }
    )


def _firing(
    services: Services, budget: Budget, counter: Counter, threshold: Threshold, firing_id: str
) -> Firing:
    value, bound = figures(services, budget, counter, threshold)
    return Firing(
        id=firing_id,
        tenant=budget.tenant,
        budget_id=budget.id,
        budget_name=budget.name,
        currency=budget.currency,
        start=counter.start,
        threshold=threshold,
        value=f"{value:.2f}",
        bound=f"{bound:.2f}",
        at=services.now(),
    )


def _id(budget: Budget, counter: Counter, threshold: Threshold) -> str:
    """Once a budget as it was made, a period and a threshold."""
    made = f"{budget.created_at.isoformat()} {threshold.model_dump_json()}"
    digest = hashlib.sha256(made.encode()).hexdigest()[:12]
    return f"{budget.id}-{counter.start:%Y%m%d}-{digest}"
