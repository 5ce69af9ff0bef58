"""A month's charges of some VMs, before any cloud has written them down.

Every kind that a bill may have: usage, storage, egress, a credit, a refund of the month before,
tax, a commitment's purchase, usage that it covers and the hours of it that nobody used.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Kind(StrEnum):
    USAGE = "usage"
    STORAGE = "storage"
    EGRESS = "egress"
    CREDIT = "credit"
    REFUND = "refund"
    TAX = "tax"
    PURCHASE = "purchase"
    COVERED = "covered"
    UNUSED = "unused"


@dataclass(frozen=True)
class Prices:
    """Per hour, per GiB-month, per GiB; ``committed`` per hour of the committed VM."""

    vm: Decimal = Decimal("0.096")
    committed: Decimal = Decimal("0.06")
    storage: Decimal = Decimal("0.08")
    egress: Decimal = Decimal("0.09")


@dataclass(frozen=True)
class Charge:
    """``billed`` is invoiced, ``effective`` amortised, ``quantity`` x ``price`` the list cost."""

    kind: Kind
    start: datetime
    end: datetime
    quantity: Decimal = ZERO
    price: Decimal = ZERO
    billed: Decimal = ZERO
    effective: Decimal = ZERO
    resource: str | None = None
    volume: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    commitment: str | None = None

    @property
    def listed(self) -> Decimal:
        return self.quantity * self.price


@dataclass(frozen=True)
class Fleet:
    """``vms`` run all month and pay as they go; one more is covered by a commitment of which
    ``unused_hours`` a day go to waste."""

    region: str
    zone: str
    vms: int = 2
    disk_gib: int = 100
    unused_hours: int = 4
    prices: Prices = field(default_factory=Prices)
    currency: str = "USD"

    def vm(self, number: int) -> str:
        return f"i-{number:017x}"

    def volume(self, number: int) -> str:
        return f"vol-{number:017x}"


def first_of(day: date) -> datetime:
    return datetime(day.year, day.month, 1, tzinfo=UTC)


def month_after(first: datetime) -> datetime:
    return first_of((first + timedelta(days=31)).date())


def month(fleet: Fleet, first: date, *, days: int | None = None) -> list[Charge]:
    """The charges of ``first``'s month, or of its first ``days`` as they are known then.

    Covered and unused hours together cost what the commitment was bought for.
    """
    start = first_of(first)
    end = month_after(start) if days is None else start + timedelta(days=days)
    found: list[Charge] = []
    day = start
    while day < end:
        found += _day(fleet, day)
        day += DAY
    return found + list(_monthly(fleet, start, end, found))


def total(charges: list[Charge]) -> Decimal:
    return sum((one.billed for one in charges), ZERO)


def _day(fleet: Fleet, day: datetime) -> Iterator[Charge]:
    prices = fleet.prices
    for number in range(fleet.vms):
        tags = {"env": "prod" if number % 2 == 0 else "test", "vm": f"web-{number}"}
        for hour in range(24):
            at = day + hour * HOUR
            yield _paid(Kind.USAGE, at, at + HOUR, Decimal(1), prices.vm, fleet.vm(number), tags)
    month_days = Decimal((month_after(first_of(day.date())) - first_of(day.date())).days)
    share = (Decimal(fleet.disk_gib) / month_days).quantize(Decimal("0.00000001"))
    for number in range(fleet.vms + 1):
        disk = _paid(Kind.STORAGE, day, day + DAY, share, prices.storage, fleet.vm(number), {})
        yield replace(disk, volume=fleet.volume(number))
    sent = Decimal("1.25")
    yield _paid(Kind.EGRESS, day, day + DAY, sent, prices.egress, fleet.vm(0), {"env": "prod"})
    yield from _committed(fleet, day)


def _committed(fleet: Fleet, day: datetime) -> Iterator[Charge]:
    prices = fleet.prices
    for hour in range(24):
        at = day + hour * HOUR
        wasted = hour < fleet.unused_hours
        yield Charge(
            Kind.UNUSED if wasted else Kind.COVERED,
            at,
            at + HOUR,
            quantity=Decimal(1),
            price=prices.committed if wasted else prices.vm,
            effective=prices.committed,
            resource=None if wasted else fleet.vm(fleet.vms),
            tags={} if wasted else {"env": "prod"},
            commitment="commitment-1",
        )


def _monthly(fleet: Fleet, start: datetime, end: datetime, found: list[Charge]) -> Iterator[Charge]:
    hours = Decimal((end - start).days * 24)
    bought = hours * fleet.prices.committed
    yield Charge(
        Kind.PURCHASE,
        start,
        end,
        quantity=hours,
        price=fleet.prices.committed,
        billed=bought,
        commitment="commitment-1",
    )
    yield Charge(Kind.CREDIT, start, start + DAY, billed=Decimal(-5), effective=Decimal(-5))
    refund = Decimal("-0.96")
    yield Charge(
        Kind.REFUND,
        start,
        start + HOUR,
        quantity=Decimal(10),
        price=fleet.prices.vm,
        billed=refund,
        effective=refund,
        resource=fleet.vm(0),
    )
    taxed = total(found) + bought
    tax = (taxed * Decimal("0.2")).quantize(Decimal("0.0000000001"))
    yield Charge(Kind.TAX, start, end, billed=tax, effective=tax)


def _paid(
    kind: Kind,
    start: datetime,
    end: datetime,
    quantity: Decimal,
    price: Decimal,
    resource: str,
    tags: dict[str, str],
) -> Charge:
    cost = quantity * price
    return Charge(kind, start, end, quantity, price, cost, cost, resource, tags=tags)
