from __future__ import annotations

from datetime import date, timedelta

import pytest

from novacron.audit.log import AuditLog
from novacron.costs.budgets.revert import revert
from novacron.costs.budgets.watch import MOST_TRIES, watch
from novacron.errors import ProviderUnavailable
from novacron.models.base import PageRequest
from novacron.models.budget import Budget, Channel
from novacron.models.firing import Firing
from novacron.models.operation import OperationKind, ResourceKind
from novacron.operations.kinds import NoArguments, StopArguments
from novacron.operations.submit import submit_change
from novacron.store.budgets import BudgetStore
from novacron.tenancy.principal import Principal, Role
from tests.unit.costs.budgets.conftest import BudgetMaker, Costs, agree
from tests.world import ALICE, World

ADMIN = Principal(tenant="acme", subject="root", roles=frozenset({Role.ADMIN}))
EMAIL = {"kind": "email", "address": "ops@example.com"}
TOPIC = {"kind": "sns", "topic": "arn:aws:sns:us-east-1:123456789012:novacron-costs"}


class Post:
    """Takes notices; ``down`` are the kinds of channels that do not."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Firing]] = []
        self.down: set[str] = set()

    def __call__(self, _budget: Budget, channel: Channel, firing: Firing) -> None:
        if channel.kind in self.down:
            raise ProviderUnavailable("down")
        self.taken.append((channel.kind, firing))


@pytest.fixture
def sending(world: World) -> World:
    world.services.notice_sender = "novacron@example.com"
    return world


def _vm(world: World, name: str, **tags: str) -> str:
    vm = world.create_vm(name, tags=tags).resource_id
    world.run()
    return vm


def _state(world: World, vm: str) -> str:
    return world.services.store.resource("acme", ResourceKind.VM, vm).state


def _change(world: World, vm: str, kind: OperationKind) -> None:
    body = StopArguments(force=True) if kind is OperationKind.VM_STOP else NoArguments()
    submit_change(world.services, ALICE, kind, vm, body, world.key())
    world.run()


def test_a_threshold_is_told_once_a_period_and_to_each_channel_once(
    sending: World, budget: BudgetMaker, costs: Costs
) -> None:
    alert = {"measure": "actual", "percent": "50"}
    budget(limit="10", thresholds=[alert], channels=[EMAIL, TOPIC])
    post = Post()
    sending.clock.at += timedelta(days=3)
    costs.add(date(2026, 1, 2), "4.99")
    assert watch(sending.services, post).fired == []
    costs.add(date(2026, 1, 3), "0.01")
    post.down = {"sns"}
    assert len(watch(sending.services, post).fired) == 1
    assert [kind for kind, _ in post.taken] == ["email"]
    post.down = set()
    watch(sending.services, post)
    watch(sending.services, post)
    assert [kind for kind, _ in post.taken] == ["email", "sns"]
    told = post.taken[0][1]
    assert (told.value, told.bound, told.id) == ("5.00", "5.00", post.taken[1][1].id)
    sending.clock.at += timedelta(days=31)
    costs.add(date(2026, 2, 1), "6")
    watch(sending.services, post)
    assert [kind for kind, _ in post.taken[2:]] == ["email", "sns"]


def test_a_channel_that_stays_down_is_given_up_after_a_day(
    sending: World, budget: BudgetMaker
) -> None:
    _vm(sending, "a")
    made = budget(thresholds=[{"measure": "forecast", "amount": "1"}], channels=[EMAIL])
    post = Post()
    post.down = {"email"}
    tries = sum(len(watch(sending.services, post).fired) for _ in range(MOST_TRIES + 5))
    assert tries == MOST_TRIES
    table = BudgetStore(sending.services.store.table).table
    [row] = table.rows("T#acme#BUDGET-FIRED")
    assert "down" in row["doc"]["S"]
    assert made.id in row["doc"]["S"]


def test_the_rate_of_spend_is_measured_against_what_a_day_may_cost(
    sending: World, budget: BudgetMaker, costs: Costs
) -> None:
    budget(limit="31", channels=[EMAIL], thresholds=[{"measure": "rate", "percent": "150"}])
    post = Post()
    sending.clock.at += timedelta(days=10)
    for day in range(3, 10):
        costs.add(date(2026, 1, day), "1.49")
    watch(sending.services, post)
    assert post.taken == []
    costs.add(date(2026, 1, 10), "1.60")
    watch(sending.services, post)
    assert [(one.value, one.bound) for _, one in post.taken] == [("1.51", "1.50")]


def test_tagged_vms_are_stopped_once_and_started_again_unless_others_touched_them(
    world: World, budget: BudgetMaker
) -> None:
    vms = {name: _vm(world, name, env="dev") for name in ("kept", "stopped", "gone", "touched")}
    other = _vm(world, "prod", env="prod")
    _change(world, vms["stopped"], OperationKind.VM_STOP)
    alert = {"measure": "forecast", "amount": "1", "stop": {"env": "dev"}}
    made = budget(limit="0.5", thresholds=[alert])
    watch(world.services, Post())
    world.run()
    assert [_state(world, vm) for vm in vms.values()] == ["stopped"] * 4
    assert _state(world, other) == "running"
    log = AuditLog(world.services.store.table, world.clock)
    entries = log.entries("acme", PageRequest()).items
    by_budget = [one for one in entries if one.subject == f"budget:{made.id}"]
    assert {one.resource for one in by_budget} == {vms["kept"], vms["gone"], vms["touched"]}
    _change(world, vms["gone"], OperationKind.VM_DELETE)
    revert_touched(world, vms["touched"])
    done = revert(world.services, ADMIN, made.id)
    assert (done.started, done.left) == ([vms["kept"]], {})
    world.run()
    assert [_state(world, vm) for vm in vms.values()] == [
        "running", "stopped", "deleted", "stopped",
    ]  # fmt: skip
    assert revert(world.services, ADMIN, made.id).started == []
    watch(world.services, Post())
    world.run()
    assert _state(world, vms["kept"]) == "running"
    agree(world, made)


def revert_touched(world: World, vm: str) -> None:
    """Somebody else has it stopped now: their stop is the last that was asked of it."""
    _change(world, vm, OperationKind.VM_STOP)


def test_a_vm_that_is_busy_is_stopped_by_the_next_run(world: World, budget: BudgetMaker) -> None:
    vm = _vm(world, "a", env="dev")
    alert = {"measure": "forecast", "amount": "1", "stop": {"env": "dev"}}
    budget(thresholds=[alert])
    kind = OperationKind.VM_RESTART
    submit_change(world.services, ALICE, kind, vm, NoArguments(), "busy")
    watch(world.services, Post())
    world.run()
    assert _state(world, vm) == "running"
    watch(world.services, Post())
    world.run()
    assert _state(world, vm) == "stopped"


def test_one_budget_that_cannot_be_counted_leaves_the_others(
    sending: World, budget: BudgetMaker, costs: Costs
) -> None:
    euros, dollars = budget("euros", currency="EUR"), budget("dollars")
    sending.clock.at += timedelta(days=2)
    costs.add(date(2026, 1, 1), "7")
    done = watch(sending.services, Post())
    assert set(done.failed) == {euros.id}
    assert done.counted == 1
    assert dollars.id not in done.failed
