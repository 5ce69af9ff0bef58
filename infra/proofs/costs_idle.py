"""Idle VMs in a simulated fleet: precision and recall of our rule and of simpler ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import fmean
from typing import NamedTuple

from bench.fleet import DAYS, PER_HOUR, START, STEP, Sim, fleet
from infra.proofs.__main__ import NotProven
from novacron.costs.advice.idle import percentile_of, verdict
from novacron.costs.advice.rules import SHIPPED
from novacron.costs.advice.usage import begun, extended
from novacron.models.account import MetricName
from novacron.models.usage import VmUsage

SEED, COUNT = 20261128, 60
RULE = SHIPPED[0]
PRECISION, RECALL = 0.95, 0.8


class Told(NamedTuple):
    """``cpu`` in percent, ``network`` in bytes a second, a value for each step, oldest first."""

    usage: VmUsage
    vcpus: int
    cpu: list[float]
    network: list[float]


def told_of(sim: Sim, days: int = DAYS) -> Told:
    """As the schedule keeps it, a day's points at a time, and the points themselves."""
    vcpus, mib = sim.size
    usage, cpu, network = begun("acme", sim.name, START), [], []
    for now, points in sim.points(days):
        usage = extended(usage, points, vcpus, mib, now + STEP)
        by_name = {name: [one.value for one in points if one.name is name] for name in MetricName}
        cpu += by_name[MetricName.CPU_PERCENT]
        both = zip(
            by_name[MetricName.NETWORK_IN_BYTES],
            by_name[MetricName.NETWORK_OUT_BYTES],
            strict=True,
        )
        network += [(received + sent) / STEP.total_seconds() for received, sent in both]
    return Told(usage, vcpus, cpu, network)


def last(values: list[float], days: int) -> list[float]:
    return values[-days * 24 * PER_HOUR :]


def mean_cpu(told: Told) -> bool:
    """The rule of thumb: mean CPU below 5% in two weeks."""
    return fmean(last(told.cpu, 14)) < 5


def azure(told: Told) -> bool:
    """Azure Advisor's as it is published, over a week; its network limit, a share of a bandwidth
    that is not told, is taken to be 2% of 1 Gbit/s, and its averages those of hours."""
    means = [hour.cpu_mean for hour in told.usage.hours[-3 * 24 :]]
    quiet = percentile_of(last(told.cpu, 7), 0.95) < 3 and max(means) <= 2
    return quiet and max(last(told.network, 7)) < 0.02 * 125_000_000


def google(told: Told) -> bool:
    """Google's as it is published, over two weeks: CPU below 0.03 vCPU for 97% of it, received
    below 2,000 and sent below 1,000 bytes a second for 95%."""
    cpu = percentile_of(last(told.cpu, 14), 0.97) / 100 * told.vcpus
    return cpu < 0.03 and percentile_of(last(told.network, 14), 0.95) < 2500


RULES: Mapping[str, Callable[[Told], bool]] = {
    "ours": lambda told: verdict(told.usage, RULE).idle,
    "mean CPU < 5%": mean_cpu,
    "Azure's": azure,
    "Google's": google,
}


def score(found: list[tuple[Sim, bool]]) -> tuple[float, float, list[str]]:
    """(precision, recall, shapes that were got wrong)."""
    hits = sum(sim.idle and told for sim, told in found)
    told = sum(told for _, told in found)
    true = sum(sim.idle for sim, _ in found)
    wrong = sorted({sim.shape for sim, told in found if told != sim.idle})
    return hits / told if told else 0.0, hits / true, wrong


def prove() -> str:
    usages = [(sim, told_of(sim)) for sim in fleet(SEED, COUNT)]
    scores = {
        name: score([(sim, rule(told)) for sim, told in usages]) for name, rule in RULES.items()
    }
    text = "; ".join(
        f"{name}: precision {one[0]:.2f}, recall {one[1]:.2f}, wrong on {', '.join(one[2]) or '-'}"
        for name, one in scores.items()
    )
    precision, recall, _ = scores["ours"]
    if precision < PRECISION or recall < RECALL:
        raise NotProven(text)
    return f"{COUNT} VMs, {sum(sim.idle for sim, _ in usages)} of them idle, {DAYS} days. {text}"
