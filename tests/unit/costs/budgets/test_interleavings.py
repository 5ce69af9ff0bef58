"""Creates, ends and counts of a budget in any order, one inside the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from novacron.costs.budgets import estimate
from novacron.costs.budgets.count import count
from novacron.costs.budgets.manage import create_budget
from novacron.costs.budgets.periods import money, window
from novacron.errors import BudgetExceeded, Conflict
from novacron.models.budget import CreateBudget
from novacron.models.operation import OperationKind, ResourceKind
from novacron.operations.kinds import NoArguments
from novacron.operations.submit import submit_change
from novacron.store.budget_counters import BudgetCounters
from tests.unit.costs.budgets.conftest import agree, counter, vm_cost
from tests.world import ALICE, World, aws, make_world

ROOM = 3
DAYS_31 = 31 * 24 * 3600
SIMPLE = st.sampled_from(["create", "fail", "delete", "hour"])
ACTIONS = st.lists(
    st.one_of(
        SIMPLE,
        st.tuples(st.sampled_from(["count", "overtaken create"]), st.lists(SIMPLE, max_size=3)),
    ),
    max_size=10,
)


class Story:
    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world, self.live = world, list[str]()
        self.before_count: Callable[[], None] = lambda: None
        write = BudgetCounters.write

        def counted(*given: Any) -> None:
            then, self.before_count = self.before_count, lambda: None
            then()
            write(*given)

        monkeypatch.setattr(BudgetCounters, "write", counted)
        world.clock.at += timedelta(days=1)
        limit = str(money(vm_cost(DAYS_31) * ROOM + 1))
        asked = CreateBudget.model_validate({"name": "team", "limit": limit})
        self.budget = create_budget(world.services, "acme", asked)
        self.before_write: Callable[[], None] = lambda: None
        price = estimate.hourly_estimate

        def priced(*given: object) -> object:
            then, self.before_write = self.before_write, lambda: None
            then()
            return price(*given)  # type: ignore[arg-type]

        monkeypatch.setattr("novacron.costs.budgets.guard.hourly_estimate", priced)

    def act(self, action: str | tuple[str, list[str]]) -> None:
        if isinstance(action, tuple):
            name, inner = action

            def meanwhile() -> None:
                for one in inner:
                    self.act(one)

            if name == "count":
                self.before_count = meanwhile
                period = window(self.budget, self.world.clock())
                assert period is not None
                count(self.world.services, self.budget, period)
            else:
                self.before_write = meanwhile
                self.create()
        elif action == "hour":
            self.world.clock.at += timedelta(hours=1)
        elif action == "delete":
            self.delete()
        else:
            self.create(fails=action == "fail")

    def create(self, *, fails: bool = False) -> None:
        if fails:
            self.world.provider.cloud.faults.raise_on("create_vm", Conflict("no"))
        try:
            vm = self.world.create_vm("web").resource_id
        except BudgetExceeded:
            self.world.provider.cloud.faults.clear()
            assert counter(self.world, self.budget).left < vm_cost(DAYS_31)
            return
        self.world.run()
        record = self.world.services.store.resource("acme", ResourceKind.VM, vm)
        if record.state == "running":
            self.live.append(vm)

    def delete(self) -> None:
        if self.live:
            vm, kind = self.live.pop(), OperationKind.VM_DELETE
            key = self.world.key()
            submit_change(self.world.services, ALICE, kind, vm, NoArguments(), key)
            self.world.run()

    def check(self) -> None:
        assert counter(self.world, self.budget).left >= 0
        assert len(self.live) <= ROOM
        agree(self.world, self.budget)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_nothing_is_lost_or_taken_twice(
    actions: list[str | tuple[str, list[str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch, aws(patch, at_once=True) as client:
        story = Story(make_world(client, folder, patch), patch)
        for action in actions:
            story.act(action)
            story.check()
