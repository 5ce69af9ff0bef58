"""What VMs, disks, addresses, snapshots and egress cost by the hour and month, at list price.

One code for a whole environment that does not exist yet and for the provider contract's
``estimate_cost``. A price that is not known leaves a line without one; it is never zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from novacron.catalog.rates import rate, rates, tiered
from novacron.mapping.machine_types_gcp import series_of
from novacron.mapping.volume_types import NativeVolume
from novacron.mapping.volumes import native_volume
from novacron.mapping.volumes_gcp import for_machine
from novacron.models.account import ProviderType
from novacron.models.estimate import HOURS_A_MONTH, Amount, Environment, Estimate, EstimateLine
from novacron.models.price import PriceKind, PriceRow, Unit
from novacron.models.vm import VmSpec
from novacron.models.volume import VolumeClass, VolumeSpec
from novacron.providers.pricing import chosen

MONTH = Decimal(HOURS_A_MONTH)
EXACT = Decimal("1e-8")
UNKNOWN = "no price is known"


class Included(NamedTuple):
    """What a GiB's price brings; more is paid for.
    https://aws.amazon.com/ebs/pricing/ (gp3: 3,000 IOPS and 125 MiB/s)."""

    iops: int = 0
    mibps: int = 0


INCLUDED: Mapping[str, Included] = {"gp3": Included(3000, 125)}


def environment(provider: ProviderType, wanted: Environment, today: date) -> Estimate:
    """Raises what the mapping raises: InvalidSpec, Unsupported (a size that no type has ...)."""
    lines = [
        line for vm in wanted.vms for line in vm_lines(provider, vm.spec, today, vm.hours, vm.count)
    ]
    for volume in wanted.volumes:
        lines += volume_lines(provider, volume.spec, today, volume.count)
    amounts = (
        (PriceKind.SNAPSHOT, "standard", wanted.snapshots_gib),
        (PriceKind.ADDRESS, "ipv4", wanted.addresses),
        (PriceKind.EGRESS, "internet", wanted.egress_gib),
    )
    for kind, name, asked in amounts:
        lines += [amount_line(provider, kind, name, one, today) for one in asked]
    return total(lines, "USD")


def total(lines: list[EstimateLine], currency: str) -> Estimate:
    return Estimate(
        currency=currency,
        lines=lines,
        hourly=sum((one.hourly for one in lines if one.hourly is not None), Decimal(0)),
        monthly=sum((one.monthly for one in lines if one.monthly is not None), Decimal(0)),
        complete=all(one.monthly is not None for one in lines),
        stale=any(one.stale for one in lines),
    )


def by_the_hour(monthly: Decimal) -> Decimal:
    """Of a month of 730 hours, to eight places and without zeros at the end."""
    each = (monthly / MONTH).quantize(EXACT, ROUND_HALF_EVEN)
    return Decimal(f"{each.normalize():f}")


def vm_lines(
    provider: ProviderType,
    spec: VmSpec,
    today: date,
    hours: int = HOURS_A_MONTH,
    count: int = 1,
) -> list[EstimateLine]:
    """The VM, its disks and its public address. A root disk whose size the image decides has no
    line, as it is not known before."""
    name = chosen(provider, spec)
    kind = PriceKind.SPOT if spec.spot else PriceKind.ON_DEMAND
    row = rate(provider, spec.region, kind, name, today)
    running = Decimal(hours) * count
    lines = [_line(f"vm {spec.name}", name, spec.region, running, Unit.HOUR, row)]
    for label, size_gib, volume_class in _disks(spec):
        native = _vm_disk(provider, name, volume_class, size_gib)
        lines += _storage(provider, label, spec.region, native, size_gib, today, count)
    if spec.public_ip:
        where = Amount(region=spec.region, quantity=Decimal(count))
        lines.append(amount_line(provider, PriceKind.ADDRESS, "ipv4", where, today))
    return lines


def volume_lines(
    provider: ProviderType, spec: VolumeSpec, today: date, count: int = 1
) -> list[EstimateLine]:
    native = native_volume(
        provider, spec.volume_class, spec.size_gib, spec.iops, spec.throughput_mibps
    )
    item = f"volume {spec.name}"
    return _storage(provider, item, spec.region, native, spec.size_gib, today, count)


def amount_line(
    provider: ProviderType, kind: PriceKind, name: str, wanted: Amount, today: date
) -> EstimateLine:
    """Snapshots and egress by the GiB, in tiers where the price has them; addresses by the hour."""
    rows = rates(provider, wanted.region, kind, today, name)
    unit = rows[0].unit if rows else _UNITS[kind]
    quantity = wanted.quantity * MONTH if unit is Unit.HOUR else wanted.quantity
    row = rows[0] if rows else None
    if row is not None and len(rows) > 1:
        average = (tiered(rows, quantity) / quantity).quantize(EXACT, ROUND_HALF_EVEN)
        row = row.model_copy(update={"price": average})
    return _line(kind.value, name, wanted.region, quantity, unit, row)


_UNITS = {
    PriceKind.SNAPSHOT: Unit.GIB_MONTH,
    PriceKind.ADDRESS: Unit.HOUR,
    PriceKind.EGRESS: Unit.GIB,
}


def _disks(spec: VmSpec) -> Iterator[tuple[str, int, VolumeClass]]:
    if spec.root_disk_gib is not None:
        yield f"disk {spec.name}/root", spec.root_disk_gib, VolumeClass.BALANCED
    for disk in spec.disks:
        yield f"disk {spec.name}/{disk.name}", disk.size_gib, disk.volume_class


def _vm_disk(
    provider: ProviderType, instance_type: str, wanted: VolumeClass, size_gib: int
) -> NativeVolume:
    if provider is ProviderType.GCP:
        return NativeVolume(type=for_machine(series_of(instance_type), wanted, size_gib))
    return native_volume(provider, wanted, size_gib)


def _storage(
    provider: ProviderType,
    item: str,
    region: str,
    native: NativeVolume,
    size_gib: int,
    today: date,
    count: int,
) -> list[EstimateLine]:
    rows = rates(provider, region, PriceKind.STORAGE, today, native.type)
    whole = sorted((r for r in rows if r.unit is Unit.DISK_MONTH), key=lambda one: one.start)
    if whole:
        row = next((one for one in whole if one.start >= size_gib), None)
        return [_line(item, native.type, region, Decimal(count), Unit.DISK_MONTH, row)]
    amount = Decimal(size_gib) * count
    lines = [_line(item, native.type, region, amount, Unit.GIB_MONTH, rows[0] if rows else None)]
    free = INCLUDED.get(native.type, Included())
    extras = (
        (PriceKind.IOPS, Unit.IOPS_MONTH, (native.iops or 0) - free.iops),
        (PriceKind.THROUGHPUT, Unit.MIBPS_MONTH, (native.throughput_mibps or 0) - free.mibps),
    )
    for kind, unit, more in extras:
        if more > 0:
            row = rate(provider, region, kind, native.type, today)
            amount = Decimal(more) * count
            lines.append(_line(f"{item} {kind.value}", native.type, region, amount, unit, row))
    return lines


def _line(
    item: str, name: str, region: str, quantity: Decimal, unit: Unit, row: PriceRow | None
) -> EstimateLine:
    monthly = None if row is None else quantity * row.price
    return EstimateLine(
        item=item,
        name=name,
        region=region,
        quantity=quantity,
        unit=unit,
        price=row.price if row else None,
        hourly=None if monthly is None else by_the_hour(monthly),
        monthly=monthly,
        source=row.source if row else UNKNOWN,
        as_of=row.as_of if row else None,
        stale=row.stale if row else False,
    )
