"""A VM's metrics into what is kept of them: hours, and histograms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import fmean, median

from novacron.costs.advice.histogram import added, new
from novacron.models.account import MetricName, MetricPoint
from novacron.models.usage import Histogram, Hour, VmUsage

KEPT_HOURS = 35 * 24
"""Five weeks: a month's end is in it."""
PERIOD = timedelta(minutes=5)
"""Of a point that stands alone; what every adapter asks for."""
FIRST_VCPU, FIRST_MIB, FIRST_RATE = 0.01, 10.0, 1000.0
"""Ends of the first buckets: the first two are those of the vertical pod autoscaler."""
NAMES = list(MetricName)
NETWORK = (MetricName.NETWORK_IN_BYTES, MetricName.NETWORK_OUT_BYTES)
DISK = (MetricName.DISK_READ_BYTES, MetricName.DISK_WRITE_BYTES)

Samples = dict[datetime, float]


def begun(tenant: str, vm_id: str, at: datetime) -> VmUsage:
    """Nothing is known before ``at``."""
    return VmUsage(tenant=tenant, vm_id=vm_id, through=at, cpu=new(FIRST_VCPU, at))


def extended(
    usage: VmUsage, points: list[MetricPoint], vcpus: int, memory_mib: int | None, now: datetime
) -> VmUsage:
    """``usage`` with points that come after it. A period that has not ended yet waits."""
    by_name = _by_name(points)
    period = _period(by_name)
    by_name = {
        name: {at: value for at, value in samples.items() if usage.through <= at <= now - period}
        for name, samples in by_name.items()
    }
    cpu = by_name.get(MetricName.CPU_PERCENT, {})
    if not cpu:
        return usage
    memory = by_name.get(MetricName.MEMORY_PERCENT, {})
    network = _rates(by_name, NETWORK, period)
    disk = _rates(by_name, DISK, period)
    mib = {at: share * memory_mib / 100 for at, share in memory.items()} if memory_mib else {}
    used = {at: share * vcpus / 100 for at, share in cpu.items()}
    return usage.model_copy(
        update={
            "through": max(cpu) + period,
            "hours": _merged(usage.hours, _hours(cpu, memory, network, disk)),
            "cpu": added(usage.cpu, used.items()),
            "memory": _kept(usage.memory, FIRST_MIB, mib),
            "network": _kept(usage.network, FIRST_RATE, network),
            "disk": _kept(usage.disk, FIRST_RATE, disk),
        }
    )


def counted(usage: VmUsage, points: list[MetricPoint], now: datetime) -> VmUsage:
    """The same from a provider that counts since the VM's start: one point a metric.

    Its CPU is a mean since the start. Bytes since the look before are a rate; a count that is
    lower than before began anew.
    """
    values = {point.name: point.value for point in points}
    if MetricName.CPU_PERCENT not in values:
        return usage.model_copy(update={"totals": {}})
    totals = {name.value: values[name] for name in (*NETWORK, *DISK) if name in values}
    seconds = (now - usage.through).total_seconds()
    hour = Hour(
        hour=_hour(now),
        points=1,
        cpu_mean=values[MetricName.CPU_PERCENT],
        cpu_max=values[MetricName.CPU_PERCENT],
        memory=values.get(MetricName.MEMORY_PERCENT),
        network=_since(usage.totals, totals, NETWORK, seconds),
        disk=_since(usage.totals, totals, DISK, seconds),
    )
    return usage.model_copy(
        update={
            "through": now,
            "hours": _merged(usage.hours, {hour.hour: hour}),
            "means_only": True,
            "totals": totals,
        }
    )


def _since(
    before: Mapping[str, float],
    now: Mapping[str, float],
    names: tuple[MetricName, ...],
    seconds: float,
) -> float | None:
    known = [name.value for name in names if name.value in now and name.value in before]
    if len(known) < len(names) or seconds <= 0:
        return None
    grown = [now[name] - before[name] if now[name] >= before[name] else now[name] for name in known]
    return sum(grown) / seconds


def _by_name(points: list[MetricPoint]) -> dict[MetricName, Samples]:
    found: dict[MetricName, Samples] = defaultdict(dict)
    for point in points:
        found[point.name][point.at] = point.value
    return found


def _period(by_name: Mapping[MetricName, Samples]) -> timedelta:
    """How far points are apart: gaps of a stopped VM are rarer than the rest."""
    times = sorted(by_name.get(MetricName.CPU_PERCENT, {}))
    gaps = [(b - a).total_seconds() for a, b in pairwise(times)]
    return timedelta(seconds=median(gaps)) if gaps else PERIOD


def _rates(
    by_name: Mapping[MetricName, Samples], names: tuple[MetricName, ...], period: timedelta
) -> Samples:
    """Bytes a second, both directions together; a time that lacks one is not known."""
    parts = [by_name.get(name, {}) for name in names]
    times = set.intersection(*(set(part) for part in parts))
    return {at: sum(part[at] for part in parts) / period.total_seconds() for at in times}


def _kept(histogram: Histogram | None, first: float, samples: Samples) -> Histogram | None:
    if not samples:
        return histogram
    return added(histogram or new(first, min(samples)), sorted(samples.items()))


def _hours(cpu: Samples, memory: Samples, network: Samples, disk: Samples) -> dict[int, Hour]:
    times: dict[int, list[datetime]] = defaultdict(list)
    for at in cpu:
        times[_hour(at)].append(at)

    def over(samples: Samples, of: list[datetime]) -> list[float]:
        return [samples[at] for at in of if at in samples]

    return {
        hour: Hour(
            hour=hour,
            points=len(of),
            cpu_mean=_short(fmean(over(cpu, of))),
            cpu_max=_short(max(over(cpu, of))),
            memory=_short(max(told)) if (told := over(memory, of)) else None,
            network=_short(fmean(told)) if (told := over(network, of)) else None,
            disk=_short(fmean(told)) if (told := over(disk, of)) else None,
        )
        for hour, of in times.items()
    }


def _merged(before: list[Hour], new_hours: dict[int, Hour]) -> list[Hour]:
    by_hour = {one.hour: one for one in before}
    for hour, one in new_hours.items():
        by_hour[hour] = _both(by_hour[hour], one) if hour in by_hour else one
    newest = max(by_hour)
    return [by_hour[hour] for hour in sorted(by_hour) if hour > newest - KEPT_HOURS]


def _both(a: Hour, b: Hour) -> Hour:
    points = a.points + b.points

    def mean(x: float | None, y: float | None) -> float | None:
        if x is None or y is None:
            return y if x is None else x
        return _short((x * a.points + y * b.points) / points)

    memory = [told for told in (a.memory, b.memory) if told is not None]
    return Hour(
        hour=a.hour,
        points=points,
        cpu_mean=mean(a.cpu_mean, b.cpu_mean) or 0.0,
        cpu_max=max(a.cpu_max, b.cpu_max),
        memory=max(memory) if memory else None,
        network=mean(a.network, b.network),
        disk=mean(a.disk, b.disk),
    )


def _short(value: float) -> float:
    """Four digits are more than a measurement has, and five weeks of them fit an item."""
    return float(f"{value:.4g}")


def _hour(at: datetime) -> int:
    return int(at.timestamp() // 3600)


def at_hour(hour: int) -> datetime:
    return datetime.fromtimestamp(hour * 3600, UTC)
