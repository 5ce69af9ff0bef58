"""Smaller sizes for a simulated fleet: how safe they are in the two weeks that follow, and how much
of the saving that an oracle finds they get; against halving what has a low mean CPU."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from statistics import fmean
from typing import NamedTuple

from bench.fleet import DAYS, Load, Sim, fleet
from infra.proofs.__main__ import NotProven
from infra.proofs.costs_idle import Told, last, told_of
from novacron.catalog.catalog import find
from novacron.costs.advice.right_size import Need, Size, fitting_types, needed
from novacron.costs.advice.rules import SHIPPED
from novacron.models.account import ProviderType
from novacron.models.recommendation import RecommendationKind

SEED, COUNT, AHEAD = 20261129, 60, 14
REGION = "us-east-1"
RULE = next(rule for rule in SHIPPED if rule.kind is RecommendationKind.RIGHT_SIZE)
SHORT = 0.01
"""Share of the steps ahead in which a size that is safe may lack CPU; memory it may never."""
PRECISION, CAPTURED = 0.95, 0.7


class Case(NamedTuple):
    sim: Sim
    now: Size
    told: Told
    ahead: list[Load]


def case_of(sim: Sim) -> Case:
    return Case(sim, size_of(sim.instance_type), told_of(sim), _ahead(sim))


def _ahead(sim: Sim) -> list[Load]:
    whole = [load for _, load in sim.loads(DAYS + AHEAD)]
    return whole[-AHEAD * len(whole) // (DAYS + AHEAD) :]


def size_of(name: str) -> Size:
    found = find(ProviderType.AWS, REGION, name)
    if found is None:
        raise NotProven(f"the catalog has no {name}")
    return Size(found.vcpus, found.memory_mib, name, found.hourly)


def ours(case: Case) -> Size | None:
    need = needed(case.told.usage, RULE)
    return None if need is None else cheapest(need, case.now)


def oracle(case: Case) -> Size | None:
    """Who knows what is to come."""
    cpu = sorted(load.cpu for load in case.ahead)[int(len(case.ahead) * (1 - SHORT)) - 1]
    return cheapest(Need(cpu, max(load.memory for load in case.ahead)), case.now)


def halved(case: Case) -> Size | None:
    """The rule of thumb: half the size where mean CPU is below 20%."""
    smaller = {"m7i.2xlarge": "m7i.xlarge", "m7i.xlarge": "m7i.large"}.get(case.sim.instance_type)
    return size_of(smaller) if smaller and fmean(last(case.told.cpu, 14)) < 20 else None


def cheapest(need: Need, now: Size) -> Size | None:
    types = fitting_types(ProviderType.AWS, REGION, need, now)
    best = min(types, key=lambda one: (one.hourly or 0, one.vcpus), default=None)
    least = (now.hourly or Decimal(0)) * (100 - Decimal(RULE.thresholds["min_saving_percent"]))
    return best if best and (best.hourly or 0) * 100 <= least else None


def safe(case: Case, size: Size) -> bool:
    short = sum(load.cpu > size.vcpus for load in case.ahead) / len(case.ahead)
    before = sum(load.cpu > case.now.vcpus for load in case.ahead) / len(case.ahead)
    fits = all(load.memory <= size.memory_mib for load in case.ahead)
    return fits and short <= max(SHORT, before)


def saving(case: Case, size: Size | None) -> Decimal:
    if size is None or not safe(case, size):
        return Decimal(0)
    return (case.now.hourly or Decimal(0)) - (size.hourly or Decimal(0))


def scored(cases: list[Case], rule: Callable[[Case], Size | None]) -> tuple[float, float, float]:
    """(precision: share of the advice that is safe; recall: share of those with something to save
    that got safe advice; share of the oracle's saving)."""
    advice = [(case, rule(case), oracle(case)) for case in cases]
    given = [(case, size) for case, size, _ in advice if size is not None]
    good = [case for case, size in given if safe(case, size)]
    could = [case for case, _, best in advice if best is not None]
    most = sum((saving(case, best) for case, _, best in advice), Decimal(0))
    got = sum((saving(case, size) for case, size, _ in advice), Decimal(0))
    recall = len([case for case in good if case in could]) / len(could)
    return len(good) / len(given), recall, float(got / most)


def prove() -> str:
    cases = [case_of(sim) for sim in fleet(SEED, COUNT)]
    rules = {"ours": ours, "half below 20% mean CPU": halved}
    scores = {name: scored(cases, rule) for name, rule in rules.items()}
    text = "; ".join(
        f"{name}: precision {one[0]:.2f}, recall {one[1]:.2f}, {one[2]:.0%} of the oracle's saving"
        for name, one in scores.items()
    )
    if scores["ours"][0] < PRECISION or scores["ours"][2] < CAPTURED:
        raise NotProven(text)
    return f"{len(cases)} VMs on m7i, {REGION}, {AHEAD} days ahead. {text}"
