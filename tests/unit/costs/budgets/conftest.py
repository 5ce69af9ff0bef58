from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from novacron.costs.budgets.count import count
from novacron.costs.budgets.manage import create_budget
from novacron.costs.budgets.periods import window
from novacron.costs.ledger import Filters, Series
from novacron.models.account import ProviderType
from novacron.models.budget import Budget, CreateBudget
from novacron.models.cost import (
    CostAnswer,
    CostGroup,
    CostMetric,
    CostPoint,
    CostQuestion,
    Days,
    Freshness,
)
from novacron.models.cost_import import CostSettings
from novacron.models.reservation import Counter
from novacron.store.budget_counters import BudgetCounters
from novacron.store.costs import CostStore
from tests.world import World

A_SECOND = 6945
"""Billionths that one of the world's VMs costs, at 0.025 an hour: 1 vCPU and 1 GiB."""


@dataclass
class Costs:
    """A ledger of the amounts that a test puts in: (account, tags) -> day -> amount."""

    rows: list[tuple[str, dict[str, str], date, Decimal]] = field(default_factory=list)
    currency: str = "USD"

    def add(self, day: date, amount: str, account: str = "acc-1", **tags: str) -> None:
        self.rows.append((account, tags, day, Decimal(amount)))

    def daily(self, days: Days, _metric: CostMetric, filters: Filters) -> Series:
        found: Series = {}
        for account, tags, day, amount in self.rows:
            told = {"account": account, **{f"tag:{k}": v for k, v in tags.items()}}
            fits = all(told.get(name) in values for name, values in filters.items())
            if fits and days.start <= day < days.end:
                found[day] = found.get(day, Decimal(0)) + amount
        return found

    def daily_by(self, *_: Any) -> dict[str, Series]:
        raise NotImplementedError

    def ask(self, question: CostQuestion) -> CostAnswer:
        days = Days(start=question.start, end=question.end)
        series = self.daily(days, question.metric, question.filters)
        total = sum(series.values(), Decimal(0))
        points = [CostPoint(start=day, amount=amount) for day, amount in series.items()]
        last: dict[str, date] = {}
        for account, _, day, _ in self.rows:
            last[account] = max(day, last.get(account, day))
        freshness = [
            Freshness(
                account_id=account,
                provider=ProviderType.MEMORY,
                through=day,
                imported_at=None,
                stale=False,
            )
            for account, day in last.items()
        ]
        return CostAnswer(
            currency=self.currency,
            total=total,
            estimated=Decimal(0),
            groups=[CostGroup(key={}, total=total, points=points)],
            freshness=freshness,
        )


@pytest.fixture
def costs(world: World, monkeypatch: pytest.MonkeyPatch) -> Costs:
    made = Costs()
    monkeypatch.setattr(world.services, "ledger", lambda _tenant: made)
    return made


BudgetMaker = Callable[..., Budget]


@pytest.fixture
def budget(world: World) -> BudgetMaker:
    tags = ["project", "team", "env", "more"]
    CostStore(world.services.store.table).save_settings("acme", CostSettings(tags=tags))

    def make(name: str = "team", limit: str = "1000", **told: Any) -> Budget:
        asked = CreateBudget.model_validate({"name": name, "limit": limit, **told})
        return create_budget(world.services, "acme", asked)

    return make


def counter(world: World, budget: Budget) -> Counter:
    return BudgetCounters(world.services.store.table).counters("acme")[budget.id]


def agree(world: World, budget: Budget) -> None:
    """What was taken and given one by one is what a count finds."""
    moved = counter(world, budget)
    period = window(budget, world.clock())
    assert period is not None
    counted = count(world.services, budget, period)
    assert (moved.left, moved.extra) == (counted.left, counted.extra)


def vm_cost(seconds: int) -> int:
    return A_SECOND * seconds
