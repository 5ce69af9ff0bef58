"""A smaller or cheaper type that holds what the VM really uses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from novacron.catalog.catalog import InstanceType, instance_types
from novacron.catalog.catalog import find as find_type
from novacron.costs.advice.finding import Finding, Scene, points
from novacron.costs.advice.histogram import percentile
from novacron.costs.advice.idle import LONG_HOURS
from novacron.costs.advice.prices import LIST, saved
from novacron.migration.assess.boot import LICENSED, WINDOWS
from novacron.models.account import ProviderType
from novacron.models.advice import Rule
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.recommendation import Action, Confidence, Evidence
from novacron.models.usage import VmUsage
from novacron.models.vm import Architecture

STEP_MIB = 256
"""Of memory where a VM has the size that it is given, on one's own hosts."""


class Need(NamedTuple):
    """With headroom. ``memory_mib`` None: not known, so that memory must not shrink."""

    vcpus: float
    memory_mib: float | None


class Size(NamedTuple):
    vcpus: int
    memory_mib: int
    instance_type: str | None
    hourly: Decimal | None
    currency: str = LIST


def find(scene: Scene, rule: Rule) -> Iterator[Finding]:
    for record in scene.records(ResourceKind.VM, rule):
        usage = scene.usages.get(record.id)
        if usage is None or record.state != "running" or not record.document.get("vcpus"):
            continue
        need = needed(usage, rule)
        now = size_now(scene, record)
        better = None if need is None or now is None else best(scene, record, need, now)
        if need is not None and now is not None and better is not None:
            found = _finding(scene, rule, record, usage, need, now, better)
            if found is not None:
                yield found


def needed(usage: VmUsage, rule: Rule) -> Need | None:
    """None: too little is known, or it moves more bytes than a smaller type may."""
    most = rule.thresholds
    if usage.means_only or len(usage.hours) < most["min_hours"]:
        return None
    for histogram, limit in (
        (usage.network, most["network_bytes_per_second"]),
        (usage.disk, most["disk_bytes_per_second"]),
    ):
        if histogram is not None and percentile(histogram, 0.99) > limit:
            return None
    room = 1 + most["headroom_percent"] / 100
    cpu = percentile(usage.cpu, most["cpu_percentile"] / 100)
    if usage.memory is None:
        return Need(cpu * room, None)
    return Need(cpu * room, percentile(usage.memory, most["memory_percentile"] / 100) * room)


def size_now(scene: Scene, record: ResourceRecord) -> Size | None:
    told, account = record.document, scene.accounts[record.account_id]
    if not told.get("memory_mib"):
        return None
    price = scene.prices.price(account, record)
    size = Size(told["vcpus"], told["memory_mib"], told.get("instance_type"), None)
    return size if price is None else size._replace(hourly=price.hourly, currency=price.currency)


def best(scene: Scene, record: ResourceRecord, need: Need, now: Size) -> Size | None:
    """The cheapest size that holds ``need``; None: the VM has it."""
    provider = scene.accounts[record.account_id].type
    if now.instance_type is not None and find_type(provider, record.region, now.instance_type):
        fitting = fitting_types(provider, record.region, need, now)
        return min(fitting, key=lambda one: (one.hourly or 0, one.vcpus), default=None)
    return _free_size(scene, record, need, now)


def fitting_types(
    provider: ProviderType, region: str, need: Need, now: Size, architecture: str | None = None
) -> list[Size]:
    """Types of a known price below the present one's that hold it, of the same architecture, GPUs
    and kind: a type whose CPU is earned as credit is only for who has such a one."""
    have = find_type(provider, region, now.instance_type or "")
    if have is None or now.hourly is None:
        return []
    runs = {architecture} if architecture else set(have.architectures)
    least = need.memory_mib if need.memory_mib is not None else now.memory_mib
    return [
        Size(one.vcpus, one.memory_mib, one.name, one.hourly)
        for one in instance_types(provider, region)
        if one.hourly is not None
        and one.hourly < now.hourly
        and one.vcpus >= need.vcpus
        and one.memory_mib >= least
        and runs & set(one.architectures)
        and same_kind(one, have)
    ]


def same_kind(one: InstanceType, have: InstanceType) -> bool:
    """Offered to who begins now, with as many GPUs, and CPU that is there all the time unless
    ``have`` earns it too."""
    burst = have.burstable or not one.burstable
    return one.current and not one.bare_metal and one.gpus == have.gpus and burst


def _free_size(scene: Scene, record: ResourceRecord, need: Need, now: Size) -> Size | None:
    """Where there are no types: the vCPUs and the memory themselves."""
    vcpus = min(now.vcpus, max(1, math.ceil(need.vcpus)))
    memory = now.memory_mib
    if need.memory_mib is not None:
        memory = min(memory, max(STEP_MIB, math.ceil(need.memory_mib / STEP_MIB) * STEP_MIB))
    if (vcpus, memory) == (now.vcpus, now.memory_mib):
        return None
    account = scene.accounts[record.account_id]
    size = {"vcpus": vcpus, "memory_mib": memory, "instance_type": None}
    return Size(vcpus, memory, None, scene.prices.hourly(account, record, **size))


def _finding(
    scene: Scene,
    rule: Rule,
    record: ResourceRecord,
    usage: VmUsage,
    need: Need,
    now: Size,
    better: Size,
) -> Finding | None:
    if now.hourly is None or better.hourly is None:
        return None  # without prices nothing says that it is cheaper
    least = now.hourly * (100 - Decimal(rule.thresholds["min_saving_percent"])) / 100
    if better.hourly > least:
        return None
    unknown = [] if usage.network is not None else ["network"]
    unknown += ["bandwidth of the smaller type: the catalog does not have it"]
    if need.memory_mib is None:
        unknown.append("memory: no type with less of it is advised")
    return Finding(
        record=record,
        title=f"{record.name} fits {_name(better)}",
        detail=f"It has {_name(now)} and needs {need.vcpus:.2f} vCPU"
        + (f" and {need.memory_mib:.0f} MiB" if need.memory_mib is not None else "")
        + ", headroom in it. It is stopped, resized and started."
        + _arm(scene, record, need, now),
        saving=saved(now.hourly, better.hourly, now.currency, "commitments to the present type"),
        confidence=_confidence(usage, need),
        risk=_risk(record),
        unknown=unknown,
        evidence=_evidence(rule, usage, need, better),
        apply=Action(operation="vm.resize", resource_id=record.id, body=_body(better)),
        revert=Action(operation="vm.resize", resource_id=record.id, body=_body(now)),
    )


def _arm(scene: Scene, record: ResourceRecord, need: Need, now: Size) -> str:
    """What the other architecture would cost: a resize cannot change it, a new image can."""
    provider = scene.accounts[record.account_id].type
    if now.instance_type is None or WINDOWS.search(_image(record)):
        return ""
    arm = Architecture.ARM64.value
    have = find_type(provider, record.region, now.instance_type)
    if have is None or arm in have.architectures:
        return ""
    types = fitting_types(provider, record.region, need, now, arm)
    other = min(types, key=lambda one: one.hourly or 0, default=None)
    if other is None:
        return ""
    return f" With an arm64 image {other.instance_type} at {other.hourly} an hour would hold it."


def _risk(record: ResourceRecord) -> str:
    told = "It is away while it is resized, and has less room for what was never seen."
    if WINDOWS.search(_image(record)) or LICENSED.search(_image(record)):
        told += " Its licence may be counted by cores: look at it first."
    return told


def _image(record: ResourceRecord) -> str:
    return str(record.document.get("image_id") or "")


def _confidence(usage: VmUsage, need: Need) -> Confidence:
    if need.memory_mib is None:
        return Confidence.LOW
    return Confidence.HIGH if len(usage.hours) >= LONG_HOURS else Confidence.MEDIUM


def _evidence(rule: Rule, usage: VmUsage, need: Need, better: Size) -> list[Evidence]:
    window, hours = rule.window_hours, usage.hours[-rule.window_hours :]
    found = [
        Evidence(
            signal="cpu with headroom",
            window_hours=window,
            observed=round(need.vcpus, 3),
            threshold=better.vcpus,
            unit="vCPU",
            points=points(hours, [hour.cpu_max for hour in hours]),
        )
    ]
    if need.memory_mib is not None:
        found.append(
            Evidence(
                signal="memory with headroom",
                window_hours=window,
                observed=round(need.memory_mib),
                threshold=better.memory_mib,
                unit="MiB",
            )
        )
    return found


def _name(size: Size) -> str:
    plain = f"{size.vcpus} vCPU, {size.memory_mib} MiB"
    return f"{size.instance_type} ({plain})" if size.instance_type else plain


def _body(size: Size) -> dict[str, object]:
    return {
        "vcpus": size.vcpus,
        "memory_mib": size.memory_mib,
        "instance_type": size.instance_type,
    }
