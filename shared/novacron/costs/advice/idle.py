"""VMs that run and do nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from novacron.costs.advice.finding import Finding, Scene, points
from novacron.models.advice import Rule
from novacron.models.operation import ResourceKind
from novacron.models.recommendation import Action, Confidence, Evidence
from novacron.models.usage import Hour, VmUsage

LONG_HOURS, USUAL_HOURS = 33 * 24, 13 * 24


class Verdict(NamedTuple):
    """``idle`` with what was measured; ``unknown``: what the provider does not tell."""

    idle: bool
    confidence: Confidence
    evidence: list[Evidence]
    unknown: list[str]


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    for record in scene.records(ResourceKind.VM, rule):
        usage = scene.usages.get(record.id)
        if usage is None or record.state != "running":
            continue
        found = verdict(usage, rule)
        if not found.idle:
            continue
        yield Finding(
            record=record,
            title=f"{record.name} runs and does nothing",
            detail=f"Stop it: 95% of its hours in {rule.window_hours / 24:g} days used at most "
            f"{found.evidence[0].observed:.3g}% of CPU. Its disks stay, and go on billing.",
            saving=scene.prices.vm(scene.accounts[record.account_id], record),
            confidence=found.confidence,
            risk="Whatever it serves once in a while stops; a public address may change.",
            unknown=found.unknown,
            evidence=found.evidence,
            apply=Action(operation="vm.stop", resource_id=record.id),
            revert=Action(operation="vm.start", resource_id=record.id),
        )


def verdict(usage: VmUsage, rule: Rule) -> Verdict:
    """From the hours that are kept; hours in which it did not run count for nothing."""
    most = rule.thresholds
    hours = within(usage, rule.window_hours)
    shown, unknown, quiet = [], [], bool(hours) and len(hours) >= most["min_hours"]
    cpu = [hour.cpu_max for hour in hours]
    network = [hour.network for hour in hours if hour.network is not None]
    disk = [hour.disk for hour in hours if hour.disk is not None]
    signals = (
        ("cpu", cpu, most["cpu_percent"], "percent"),
        ("network", network, most["network_bytes_per_second"], "bytes/s"),
        ("disk", disk, most["disk_bytes_per_second"], "bytes/s"),
    )
    for name, values, limit, unit in signals:
        if not values:
            unknown.append(name)
            continue
        p95 = percentile_of(values, 0.95)
        quiet = quiet and p95 <= limit
        shown.append(
            Evidence(
                signal=f"{name} P95 of hours",
                window_hours=rule.window_hours,
                observed=p95,
                threshold=limit,
                unit=unit,
                points=points(hours, values) if len(values) == len(hours) else [],
            )
        )
    busy = sum(hour.cpu_mean > most["busy_cpu_percent"] for hour in usage.hours)
    shown.append(
        Evidence(
            signal="busy hours",
            window_hours=len(usage.hours),
            observed=busy,
            threshold=most["busy_hours"],
            unit="hours",
        )
    )
    if usage.means_only:
        unknown.append("peaks: the provider tells means since the start alone")
    idle = quiet and busy <= most["busy_hours"]
    return Verdict(idle, _confidence(usage, unknown), shown, unknown)


def _confidence(usage: VmUsage, unknown: list[str]) -> Confidence:
    known = len(usage.hours)
    if usage.means_only or "network" in unknown or known < USUAL_HOURS:
        return Confidence.LOW
    return Confidence.HIGH if known >= LONG_HOURS else Confidence.MEDIUM


def within(usage: VmUsage, window_hours: int) -> list[Hour]:
    """The hours of the window that ends with what was read last."""
    last = int(usage.through.timestamp() // 3600)
    return [hour for hour in usage.hours if hour.hour > last - window_hours]


def percentile_of(values: list[float], share: float) -> float:
    """The smallest value that ``share`` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * share - 1e-9) - 1)]
