"""Commitments worth buying, for each account, region and family: how many units, and what if not.

Nothing is bought here: a person does that (``buying``), a step at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from novacron.costs.advice import spend_plan
from novacron.costs.advice.buying import offer
from novacron.costs.advice.expiring import seen
from novacron.costs.advice.finding import MOST_POINTS, Finding, Scene, recommendation_id
from novacron.costs.advice.held import BillHeld, Known, told
from novacron.costs.advice.prices import CENT, HOURS, LIST, Saving
from novacron.costs.advice.spend_plan import Left
from novacron.costs.commitments.ladder import Held, Tranche, ladder, later
from novacron.costs.commitments.outcome import Outcome, outcome, regrets
from novacron.costs.commitments.pools import Pool, hours_at_level, on_demand_cost
from novacron.costs.commitments.reserved import best_reserved
from novacron.costs.commitments.together import Purchase
from novacron.costs.commitments.units import Prices
from novacron.costs.commitments.usage import HOUR, pooled, running
from novacron.migration.assess.sizes import CATALOGUED
from novacron.models.advice import Rule
from novacron.models.commitment import CommitmentKind, CommitmentSpec
from novacron.models.operation import ResourceKind
from novacron.models.price import PriceRow
from novacron.models.provider_account import ProviderAccount
from novacron.models.recommendation import Confidence, Evidence, RecommendationState
from novacron.store.history import History
from novacron.store.recommendations import AdviceStore

YEARS = {"1y": 1, "3y": 3}
ZERO = Decimal(0)
LATE = timedelta(days=14)
"""A bill may not show a plan that is younger: advice would buy it twice."""
NO_PRICE = "a price to commit to {}"


class Target(NamedTuple):
    """A pool as advice names it."""

    id: str
    account_id: str
    name: str
    base: str
    region: str


class Choice(NamedTuple):
    """``units`` to buy at ``row``'s price over what ``pool`` uses beyond what is held."""

    row: PriceRow
    pool: Pool
    units: int
    result: Outcome

    @property
    def purchase(self) -> Purchase:
        return Purchase({self.pool.name: self.units}, ZERO)


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    volumes = {one.id for one in scene.everything if one.kind is ResourceKind.VOLUME}
    history = History(scene.services.store.table)
    now = scene.now.replace(minute=0, second=0, microsecond=0)
    first, hours = now - rule.window_hours * HOUR, rule.window_hours
    for account in scene.accounts.values():
        if account.type in CATALOGUED:
            used = running(history, scene.tenant, account.id, first, hours, volumes)
            yield from _of_account(scene, rule, account, first, used)


def _of_account(
    scene: Scene,
    rule: Rule,
    account: ProviderAccount,
    first: datetime,
    used: Mapping[tuple[str, str], Counter[int]],
) -> Iterator[Finding]:
    """``used``: (region, type) -> VMs of each hour. Last what a spend plan could add."""
    today, hours, left = scene.now.date(), rule.window_hours, list[Left]()
    ends = seen(scene, account.id)
    bill = BillHeld(scene.prices.ledger, account.id, first, scene.now, ends)
    for region in sorted({region for region, _ in used}):
        prices = Prices(account.type, region, today)
        within = {name: by_hour for (at, name), by_hour in used.items() if at == region}
        pools, unpriced = pooled(within, prices, hours)
        held = _held(scene, account, region, prices)
        for base, usage in sorted(pools.items()):
            target = _target(account, region, base)
            if _settling(scene, rule, target):
                continue
            own = [one for one in held if one.pool == base]
            known = told(today, own) if own else bill.of(region, base, within, prices)
            pool = _pool(prices, base, usage).above(known.units)
            choices = [_chosen(pool, row) for row in prices.offers[base].values()]
            best = _best(rule, choices)
            if best is not None:
                found = _finding(scene, rule, target, best, choices, known)
                unknown = [*found.unknown, *map(NO_PRICE.format, sorted(unpriced))]
                yield replace(found, unknown=unknown)
            after = pool.above(best.units if best else 0)
            of = [name for name in within if (unit := prices.unit(name)) and unit.base == base]
            left.append(Left(after._replace(name=target.name), prices.plan(base, of)))
        for name in sorted(unpriced & prices.plans.keys()):
            pool = _pool(prices, name, [within[name][hour] for hour in range(hours)])
            left.append(Left(pool._replace(name=f"{name} in {region}"), prices.plans[name]))
    if not any(one.kind is CommitmentKind.SPEND and one.start > scene.now - LATE for one in ends):
        yield from spend_plan.find(scene, rule, account, left, _terms(rule))


def _terms(rule: Rule) -> list[str]:
    return [term for term, years in YEARS.items() if years <= rule.thresholds["max_term_years"]]


def _pool(prices: Prices, name: str, usage: list[int]) -> Pool:
    return Pool(name, usage, prices.on_demand[name], tiers=prices.tiers(name))


def _best(rule: Rule, choices: list[Choice]) -> Choice | None:
    allowed = [one for one in choices if one.row.term in _terms(rule)]
    best = max(allowed, key=lambda one: one.result.saving, default=None)
    least = Decimal(str(rule.thresholds["min_saving"]))
    worth_it = best and best.units and _monthly(best, best.result.saving) >= least
    return best if worth_it else None


def _settling(scene: Scene, rule: Rule, target: Target) -> bool:
    """A step was bought so lately that the bill may not show it: advice would buy it twice."""
    store = AdviceStore(scene.services.store.table)
    was = store.find(scene.tenant, recommendation_id(scene.tenant, rule.kind, target))
    if was is None or was.state is not RecommendationState.APPLIED or was.applied_at is None:
        return False
    months = max(int(rule.thresholds["tranche_months"]), 1)
    return scene.now.date() < later(was.applied_at.date(), months)


def _target(account: ProviderAccount, region: str, base: str) -> Target:
    name = f"{base} in {region}"
    return Target(f"{region}/{base}", account.id, name, base, region)


def _held(scene: Scene, account: ProviderAccount, region: str, prices: Prices) -> list[Held]:
    found = []
    for one in scene.book.held:
        unit = prices.unit(one.instance_type)
        if unit is not None and (one.account_id, one.region) == (account.id, region):
            found.append(Held(unit.base, unit.units * one.count, one.start, one.end))
    return found


def _finding(
    scene: Scene, rule: Rule, target: Target, best: Choice, choices: list[Choice], known: Known
) -> Finding:
    steps = ladder(
        best.units,
        int(rule.thresholds["tranches"]),
        scene.now.date(),
        int(rule.thresholds["tranche_months"]),
    )
    return Finding(
        record=target,
        title=f"Commit to {best.units} units of {target.name} for {best.row.term}",
        detail=_detail(target, best, choices, known, steps),
        saving=Saving(_monthly(best, best.result.saving), LIST, _formula(best, known.units)),
        confidence=Confidence.MEDIUM,
        risk=_risk(best),
        unknown=_unknown(best, known),
        evidence=[*_evidence(scene, rule, best), *known.evidence],
        apply=offer(target.id, _first(target, best, steps), best.row),
    )


def _chosen(pool: Pool, row: PriceRow) -> Choice:
    priced = pool._replace(reserved=row.price)
    units = best_reserved(priced)
    return Choice(row, priced, units, outcome([priced], Purchase({pool.name: units}, ZERO)))


def _monthly(choice: Choice, amount: Decimal) -> Decimal:
    return (amount * HOURS / len(choice.pool.usage)).quantize(CENT)


def _formula(best: Choice, already: int) -> str:
    result, hours = best.result, len(best.pool.usage)
    rest = result.cost - result.committed
    return (
        f"({result.on_demand:.2f} on demand - {best.units} x {best.row.price} x {hours} h - "
        f"{rest:.2f} still on demand) x 730 / {hours}; {already} units are held"
    )


def _first(target: Target, best: Choice, steps: list[Tranche]) -> CommitmentSpec:
    return CommitmentSpec(
        region=target.region,
        instance_type=target.base,
        count=steps[0].units,
        term="3y" if YEARS[best.row.term] == 3 else "1y",
        payment=best.row.payment,
    )


def _detail(
    target: Target, best: Choice, choices: list[Choice], known: Known, steps: list[Tranche]
) -> str:
    others = "; ".join(
        f"{one.row.term} {one.row.payment} at {one.row.price}: {one.units} units save "
        f"{_monthly(one, one.result.saving)} a month"
        for one in choices
        if one.units
    )
    renew = "; ".join(known.renew)
    return (
        f"A unit is one {target.base}, {best.row.price} an hour ({best.row.payment}) against "
        f"{best.pool.on_demand} on demand. "
        f"Buy in steps: {', '.join(f'{one.units} on {one.on}' for one in steps)}; the "
        "saving is that of all of them. It pays for "
        f"{best.result.coverage:.0%} of what is not held yet and is used to "
        f"{best.result.utilisation:.0%}. Choices: {others}. "
        + (f"To renew: {renew}. " if renew else "")
        + "Applying it buys the first step, once an administrator has repeated what it costs."
    )


def _risk(best: Choice) -> str:
    told = "; ".join(
        f"to {one.demand:.0%}, it saves {_monthly(best, one.saving)} a month and costs "
        f"{_monthly(best, one.regret)} more than the best choice for that"
        for one in regrets([best.pool], best.purchase)
    )
    return f"It is paid until it ends. Remove what is idle or too large first. If use falls {told}."


def _unknown(best: Choice, known: Known) -> list[str]:
    return [*known.unknown, *(["prices newer than the catalog's"] if best.row.stale else [])]


def _evidence(scene: Scene, rule: Rule, best: Choice) -> list[Evidence]:
    usage = best.pool.usage
    even = _break_even(best.pool)
    last = hours_at_level(usage)[best.units - 1]
    window = rule.window_hours
    return [
        Evidence(
            signal="units in use beyond what is held, and units to commit to",
            window_hours=window,
            observed=round(sum(usage) / len(usage), 2),
            threshold=best.units,
            unit="units",
            points=_points(scene, usage),
        ),
        Evidence(
            signal="hours that use the last unit, and hours from which on it pays",
            window_hours=window,
            observed=last,
            threshold=even,
            unit="hours",
        ),
    ]


def _break_even(pool: Pool) -> int:
    """The fewest hours in which a unit must be used so that committing to it is no loss."""
    price = (pool.reserved or ZERO) * len(pool.usage)
    hours = range(len(pool.usage) + 1)
    return next((one for one in hours if on_demand_cost(pool, one) >= price), len(pool.usage))


def _points(scene: Scene, usage: Sequence[int]) -> list[tuple[datetime, float]]:
    """At most as many as a chart takes, each the highest of its share of the window."""
    step = -(-len(usage) // MOST_POINTS)
    first = scene.now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=len(usage))
    return [
        (first + index * HOUR, max(usage[index : index + step]))
        for index in range(0, len(usage), step)
    ]
