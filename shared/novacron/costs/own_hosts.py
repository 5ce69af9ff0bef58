"""What an environment costs on one's own hosts, by the account's rate card."""

from __future__ import annotations

from decimal import Decimal

from novacron.costs.estimate import MONTH, UNKNOWN, by_the_hour, total
from novacron.costs.rate_card import rate
from novacron.models.estimate import Environment, Estimate, EstimateLine
from novacron.models.price import Unit
from novacron.models.rate_card import RateCard
from novacron.models.vm import VmSpec

SOURCE = "the account's rate card"


def environment(card: RateCard, wanted: Environment) -> Estimate:
    """VMs and volumes; a card has no prices of addresses, snapshots and egress: such lines are
    without one."""
    lines: list[EstimateLine] = []
    for vm in wanted.vms:
        hour = rate(card, vm.spec.vcpus, vm.spec.memory_mib, 0).total
        running = Decimal(vm.hours) * vm.count
        name = f"{vm.spec.vcpus} vCPU, {vm.spec.memory_mib} MiB"
        lines.append(_line(f"vm {vm.spec.name}", name, vm.spec.region, running, hour))
        if disks := disk_gib(vm.spec):
            item = f"disks of {vm.spec.name}"
            hour = rate(card, 0, 0, disks).total
            lines.append(_line(item, f"{disks} GiB", vm.spec.region, MONTH * vm.count, hour))
    for volume in wanted.volumes:
        hour = rate(card, 0, 0, volume.spec.size_gib).total
        name, hours = f"{volume.spec.size_gib} GiB", MONTH * volume.count
        lines.append(_line(f"volume {volume.spec.name}", name, volume.spec.region, hours, hour))
    others = (
        ("snapshot", Unit.GIB_MONTH, wanted.snapshots_gib),
        ("address", Unit.HOUR, wanted.addresses),
        ("egress", Unit.GIB, wanted.egress_gib),
    )
    for item, unit, amounts in others:
        lines += [_unknown(item, one.region, one.quantity, unit) for one in amounts]
    return total(lines, card.currency)


def disk_gib(spec: VmSpec) -> int:
    """All disks of a VM that its spec tells the size of."""
    return (spec.root_disk_gib or 0) + sum(disk.size_gib for disk in spec.disks)


def _line(item: str, name: str, region: str, hours: Decimal, price: Decimal) -> EstimateLine:
    monthly = hours * price
    return EstimateLine(
        item=item,
        name=name,
        region=region,
        quantity=hours,
        unit=Unit.HOUR,
        price=price,
        hourly=by_the_hour(monthly),
        monthly=monthly,
        source=SOURCE,
    )


def _unknown(item: str, region: str, quantity: Decimal, unit: Unit) -> EstimateLine:
    return EstimateLine(
        item=item,
        name=item,
        region=region,
        quantity=quantity,
        unit=unit,
        price=None,
        hourly=None,
        monthly=None,
        source=UNKNOWN,
    )
