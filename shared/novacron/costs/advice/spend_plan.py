"""A savings plan worth buying: how much an hour, over what reservations leave of all regions.

After them, as the clouds count: a plan pays for what no reservation does
(https://docs.aws.amazon.com/savingsplans/latest/userguide/sp-applying.html,
https://learn.microsoft.com/azure/cost-management-billing/savings-plan/discount-application). Both
chosen at once may save a little more, which takes a solver: ``python -m bench.commitments``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from novacron.costs.advice.finding import Finding, Scene
from novacron.costs.advice.prices import CENT, HOURS, LIST, Saving
from novacron.costs.commitments.ladder import ladder
from novacron.costs.commitments.outcome import FALLS, Outcome, outcome
from novacron.costs.commitments.plan import CENT as STEP
from novacron.costs.commitments.plan import best_plan, plan_cost
from novacron.costs.commitments.pools import ZERO, Pool, uncommitted
from novacron.costs.commitments.together import Purchase
from novacron.models.advice import Rule
from novacron.models.provider_account import ProviderAccount
from novacron.models.recommendation import Confidence, Evidence

NAMED = 5
UNKNOWN = ["use that NovaCron does not see, which the plan pays for too"]


class Left(NamedTuple):
    """What no reservation covers. ``plans``: term -> the unit's price under a plan."""

    pool: Pool
    plans: dict[str, Decimal]


class Target(NamedTuple):
    id: str
    account_id: str
    name: str


class Choice(NamedTuple):
    """``hourly`` money, over ``pools``."""

    term: str
    pools: list[Pool]
    hourly: Decimal
    result: Outcome

    @property
    def shown(self) -> str:
        return f"{self.hourly.normalize():f}"


def find(
    scene: Scene, rule: Rule, account: ProviderAccount, left: Sequence[Left], terms: Sequence[str]
) -> Iterator[Finding]:
    choices = [one for term in terms if (one := _chosen(left, term)) is not None]
    best = max(choices, key=lambda one: one.result.saving, default=None)
    if best is None or not best.hourly:
        return
    saving = _monthly(best, best.result.saving)
    if saving < Decimal(str(rule.thresholds["min_saving"])):
        return
    yield Finding(
        record=Target(f"plan/{account.id}", account.id, f"savings plan of {account.name}"),
        title=f"Commit to {best.shown} {LIST} an hour in a savings plan for {best.term}",
        detail=_detail(scene, rule, best, choices),
        saving=Saving(saving, LIST, _formula(best)),
        confidence=Confidence.MEDIUM,
        risk=_risk(best),
        unknown=UNKNOWN,
        evidence=[_evidence(rule, best)],
    )


def _chosen(left: Sequence[Left], term: str) -> Choice | None:
    pools = [
        one.pool._replace(plan=one.plans[term], reserved=None) for one in left if term in one.plans
    ]
    if not pools:
        return None
    hourly = best_plan(pools)
    none = {pool.name: 0 for pool in pools}
    return Choice(term, pools, hourly, outcome(pools, Purchase(none, hourly)))


def _monthly(choice: Choice, amount: Decimal) -> Decimal:
    return (amount * HOURS / len(choice.pools[0].usage)).quantize(CENT)


def _formula(best: Choice) -> str:
    result, hours = best.result, len(best.pools[0].usage)
    rest = result.cost - result.committed
    return (
        f"({result.on_demand:.2f} on demand - {best.shown} x {hours} h - {rest:.2f} still on "
        f"demand) x 730 / {hours}, after reservations that are held or advised"
    )


def _detail(scene: Scene, rule: Rule, best: Choice, choices: Sequence[Choice]) -> str:
    largest = sorted(best.pools, key=uncommitted, reverse=True)[:NAMED]
    others = "; ".join(
        f"{one.term} at {one.shown} saves {_monthly(one, one.result.saving)} a month"
        for one in choices
        if one.hourly
    )
    count, months = (int(rule.thresholds[one]) for one in ("tranches", "tranche_months"))
    steps = ladder(int(best.hourly / STEP), count, scene.now.date(), months)
    return (
        f"It pays for {best.result.coverage:.0%} of what no reservation does, and is used to "
        f"{best.result.utilisation:.0%}; most of it by {', '.join(one.name for one in largest)}. "
        f"Buy in steps: {', '.join(f'{one.units * STEP} on {one.on}' for one in steps)}. "
        f"Choices: {others}. Buy it in the provider's console: nothing here does."
    )


def _risk(best: Choice) -> str:
    falls = []
    for demand in FALLS:
        less = [pool.scaled(demand) for pool in best.pools]
        paid, least = plan_cost(less, best.hourly), plan_cost(less, best_plan(less))
        saved = sum(map(uncommitted, less), ZERO) - paid
        falls.append(
            f"to {demand:.0%}, it saves {_monthly(best, saved)} a month and costs "
            f"{_monthly(best, paid - least)} more than the best choice for that"
        )
    return f"It is paid until it ends, used or not. If use falls {'; '.join(falls)}."


def _evidence(rule: Rule, best: Choice) -> Evidence:
    hours = range(len(best.pools[0].usage))
    wanted = [sum((p.usage[hour] * (p.plan or ZERO) for p in best.pools), ZERO) for hour in hours]
    return Evidence(
        signal="what a plan could pay for in an hour, and what to commit to",
        window_hours=rule.window_hours,
        observed=round(float(sum(wanted) / len(wanted)), 4),
        threshold=float(best.hourly),
        unit=f"{LIST}/h",
    )
