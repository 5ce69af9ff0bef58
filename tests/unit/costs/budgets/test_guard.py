from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from novacron.costs.budgets.count import count
from novacron.costs.budgets.manage import approve, replace_budget, show
from novacron.costs.budgets.periods import money, units, window
from novacron.costs.budgets.sync import sync
from novacron.errors import BudgetExceeded, Conflict, InvalidSpec
from novacron.models.account import ProviderType
from novacron.models.budget import Approval, CreateBudget
from novacron.models.operation import OperationKind, OperationState, ResourceKind
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import VmSize
from novacron.operations.kinds import NoArguments, StopArguments
from novacron.operations.submit import submit_change
from novacron.store.budget_counters import BudgetCounters
from novacron.store.budgets import BudgetStore
from tests.unit.costs.budgets.conftest import BudgetMaker, Costs, agree, counter, vm_cost
from tests.world import ALICE, World

JANUARY = 31 * 24 * 3600
TEN_DAYS = 10 * 24 * 3600


def _two(part: int = JANUARY) -> str:
    """A limit for two of the world's VMs, and half of a third."""
    return str(money(vm_cost(part) * 5 // 2))


def _change(world: World, vm: str, kind: OperationKind) -> None:
    body = StopArguments(force=True) if kind is OperationKind.VM_STOP else NoArguments()
    submit_change(world.services, ALICE, kind, vm, body, world.key())
    world.run()


def test_a_budget_for_two_lets_two_through(world: World, budget: BudgetMaker) -> None:
    made = budget(limit=_two())
    for name in ("a", "b"):
        world.create_vm(name)
    with pytest.raises(BudgetExceeded) as refused:
        world.create_vm("c")
    told = refused.value.detail
    for figure in ("'team'", made.id, "46.50", "37.20 reserved", "0.00 spent", "9.30 USD left"):
        assert figure in told, told
    assert "until 2026-02-01" in told
    assert "this would cost 18.6" in told
    assert "higher limit" in str(refused.value.remedy)
    assert world.services.store.used("acme")["vm"] == 2
    agree(world, made)


def test_the_same_key_holds_once(world: World, budget: BudgetMaker) -> None:
    made = budget()
    world.create_vm("a", key="once")
    world.create_vm("a", key="once")
    world.run()
    assert counter(world, made).seq == 1
    assert counter(world, made).reserved == vm_cost(JANUARY)


def test_a_failed_create_gives_all_of_it_back_once(world: World, budget: BudgetMaker) -> None:
    made = budget(limit=_two())
    before = counter(world, made).left
    world.provider.cloud.faults.raise_on("create_vm", Conflict("no"))
    operation = world.create_vm("a")
    assert counter(world, made).left < before
    world.run()
    world.machine.waiting.append(operation)
    world.run()
    assert world.operation(operation).state is OperationState.FAILED
    assert counter(world, made).left == before
    agree(world, made)


def test_what_ran_stays_spent_when_it_is_deleted(world: World, budget: BudgetMaker) -> None:
    made = budget(limit=_two())
    vm = world.create_vm("a").resource_id
    world.run()
    world.clock.at += timedelta(hours=10)
    _change(world, vm, OperationKind.VM_DELETE)
    assert vm_cost(36_000) <= counter(world, made).reserved <= vm_cost(36_002)
    agree(world, made)


def test_a_stopped_vm_holds_nothing_and_its_start_is_guarded_at_its_size(
    world: World, budget: BudgetMaker
) -> None:
    made = budget(limit=_two())
    vm = world.create_vm("a").resource_id
    world.run()
    _change(world, vm, OperationKind.VM_STOP)
    assert counter(world, made).reserved < vm_cost(60)
    submit_change(
        world.services,
        ALICE,
        OperationKind.VM_RESIZE,
        vm,
        VmSize(vcpus=4, memory_mib=4096),
        world.key(),
    )
    world.run()
    with pytest.raises(BudgetExceeded):
        _change(world, vm, OperationKind.VM_START)
    submit_change(
        world.services,
        ALICE,
        OperationKind.VM_RESIZE,
        vm,
        VmSize(vcpus=2, memory_mib=2048),
        world.key(),
    )
    world.run()
    _change(world, vm, OperationKind.VM_START)
    assert counter(world, made).reserved > 13_889 * (JANUARY - 120)
    agree(world, made)


def test_a_parent_limits_its_children(world: World, budget: BudgetMaker) -> None:
    whole = budget("whole", limit=_two())
    part = budget("part", limit=_two(), parent=whole.id, scope={"tags": {"project": "x"}})
    world.create_vm("a")
    world.create_vm("b", tags={"project": "x"})
    with pytest.raises(BudgetExceeded) as refused:
        world.create_vm("c", tags={"project": "x"})
    assert "'whole'" in refused.value.detail
    assert counter(world, part).reserved == vm_cost(JANUARY)
    assert counter(world, whole).reserved == 2 * vm_cost(JANUARY)


def test_a_child_stays_within_its_parent(budget: BudgetMaker) -> None:
    parent = budget("whole", limit="10", scope={"tags": {"project": "x"}})
    for told in ({"scope": {"tags": {"team": "y"}}}, {"limit": "11"}, {"currency": "EUR"}):
        whole = {"limit": "5", "scope": {"tags": {"project": "x", "team": "y"}}, **told}
        with pytest.raises(Exception, match=r"beyond|allows 10|is in USD"):
            budget("part", parent=parent.id, **whole)


def test_budgets_hold_what_is_in_their_scope_alone(world: World, budget: BudgetMaker) -> None:
    budget("other-account", limit="0.01", scope={"account_id": _other(world)})
    tagged = budget("tagged", limit="0.01", scope={"tags": {"env": "prod"}})
    world.create_vm("a", tags={"env": "dev"})
    with pytest.raises(BudgetExceeded, match="tagged"):
        world.create_vm("b", tags={"env": "prod", "more": "x"})
    assert counter(world, tagged).reserved == 0


def _other(world: World) -> str:
    other: ProviderAccount = world.account.model_copy(update={"id": "acc-2", "name": "two"})
    world.services.store.save_account(other)
    return other.id


def test_a_budget_without_a_guard_holds_and_lets_through(world: World, budget: BudgetMaker) -> None:
    made = budget(limit="0.01", guard="off")
    world.create_vm("a")
    assert counter(world, made).left < 0


def test_an_unknown_price_is_refused_unless_the_budget_allows_it(
    world: World, budget: BudgetMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = frozenset({ProviderType.MEMORY})  # without a rate card
    monkeypatch.setattr("novacron.costs.budgets.estimate.OWN_HOSTS", own)
    strict = budget("strict")
    with pytest.raises(BudgetExceeded) as refused:
        world.create_vm("a")
    assert "no known price" in refused.value.detail
    assert "unpriced: allow" in str(refused.value.remedy)
    world.services.store.table.delete("T#acme#BUDGET", strict.id)
    lenient = budget("lenient", unpriced="allow")
    vm = world.create_vm("b").resource_id
    world.run()
    agree(world, lenient)
    standing = show(world.services, "acme", lenient.id).standing
    assert standing is not None
    assert standing.unpriced == [vm]


def test_a_price_in_another_currency_is_no_price(world: World, budget: BudgetMaker) -> None:
    budget(currency="EUR")
    with pytest.raises(BudgetExceeded, match="in USD alone"):
        world.create_vm("a")


def test_what_was_running_before_is_held_and_may_be_over(world: World, budget: BudgetMaker) -> None:
    world.create_vm("a")
    world.run()
    made = budget(limit="1")
    assert counter(world, made).left < 0
    with pytest.raises(BudgetExceeded):
        world.create_vm("b")


def test_an_approval_lets_so_much_more_through_and_is_taken_back(
    world: World, budget: BudgetMaker
) -> None:
    made = budget(limit="0.01", guard="approve")
    with pytest.raises(BudgetExceeded) as refused:
        world.create_vm("a")
    assert "/approve with an amount of 18.6" in str(refused.value.remedy)
    wanted = Decimal(str(refused.value.remedy).split("amount of ")[1].split()[0])
    approve(world.services, "acme", made.id, Approval(amount=wanted))
    world.create_vm("a")
    agree(world, made)
    with pytest.raises(BudgetExceeded, match="approved"):
        world.create_vm("b")
    shown = approve(world.services, "acme", made.id, Approval(amount=Decimal(0)))
    assert shown.standing is not None
    assert shown.standing.left < 0
    agree(world, made)
    with pytest.raises(Conflict):
        approve(world.services, "acme", budget("hard").id, Approval(amount=Decimal(1)))


def test_a_new_period_begins_with_what_runs(world: World, budget: BudgetMaker) -> None:
    made = budget(limit=_two(), guard="approve")
    world.create_vm("a")
    approve(world.services, "acme", made.id, Approval(amount=Decimal(5)))
    world.run()
    world.clock.at += timedelta(days=31)
    world.create_vm("b")
    now = counter(world, made)
    assert (now.start.month, now.extra) == (2, 0)
    february = 28 * 24 * 3600
    assert 2 * vm_cost(february - 5) <= now.reserved <= 2 * vm_cost(february)


def test_costs_replace_reservations_as_they_arrive(
    world: World, budget: BudgetMaker, costs: Costs
) -> None:
    made = budget(limit=_two())
    world.create_vm("a")
    world.run()
    world.clock.at += timedelta(days=10)
    agree(world, made)
    before = counter(world, made)
    assert (before.used, before.reserved) == (vm_cost(TEN_DAYS), vm_cost(JANUARY - TEN_DAYS))
    for day in range(1, 11):
        costs.add(date(2026, 1, day), "0.50")
    assert show(world.services, "acme", made.id).standing is not None
    period = window(made, world.clock())
    assert period is not None
    now = count(world.services, made, period)
    assert (now.spent, now.used) == (5 * 10**9, 0)
    assert now.reserved == vm_cost(JANUARY - TEN_DAYS)
    assert now.left == before.left + vm_cost(TEN_DAYS) - 5 * 10**9
    assert now.forecast == max(5 * 10**9 + 21 * 10**9 // 2, now.spent + now.reserved)


def test_a_higher_limit_makes_room_and_what_it_covers_stays(
    world: World, budget: BudgetMaker
) -> None:
    made = budget(limit="1")
    budget("part", limit="0.5", parent=made.id)
    with pytest.raises(BudgetExceeded):
        world.create_vm("a")

    def replace(**told: str) -> None:
        asked = CreateBudget.model_validate({"name": "team", **told})
        replace_budget(world.services, "acme", made.id, asked)

    with pytest.raises(InvalidSpec, match="currency"):
        replace(limit="100", currency="EUR")
    with pytest.raises(InvalidSpec, match="part"):
        replace(limit="0.1")
    replace(limit=_two())
    assert counter(world, made).limit == units(Decimal(_two()))
    agree(world, BudgetStore(world.services.store.table).get("acme", made.id))
    with pytest.raises(BudgetExceeded, match="'part'"):
        world.create_vm("a")


def test_a_total_budget_ends(world: World, budget: BudgetMaker) -> None:
    made = budget(limit="0.01", period="total", start="2026-01-01", end="2026-01-10")
    with pytest.raises(BudgetExceeded):
        world.create_vm("a")
    world.clock.at += timedelta(days=10)
    world.create_vm("a")
    assert show(world.services, "acme", made.id).standing is None


def test_an_adopted_end_is_given_back_by_the_next_pass(world: World, budget: BudgetMaker) -> None:
    made = budget(limit=_two())
    vm = world.create_vm("a").resource_id
    world.run()
    record = world.services.store.resource("acme", ResourceKind.VM, vm)
    world.services.store.save_resource(
        record.model_copy(update={"state": "lost"}), world.account.type
    )
    assert sync(world.services, "acme").given_back == [vm]
    assert sync(world.services, "acme").given_back == []
    assert counter(world, made).reserved < vm_cost(60)
    agree(world, made)
    assert BudgetCounters(world.services.store.table).reservation("acme", vm) is not None
