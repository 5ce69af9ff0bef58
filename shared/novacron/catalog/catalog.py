"""Instance types and their on-demand prices, from the provider's price snapshot."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from novacron.catalog.snapshot import Snapshot, current
from novacron.models.account import ProviderType


class InstanceType(NamedTuple):
    """``memory_mib`` in MiB; ``architectures`` by our names; ``hourly`` None: price not known."""

    name: str
    vcpus: int
    memory_mib: int
    architectures: tuple[str, ...]
    gpus: int
    burstable: bool
    current: bool
    bare_metal: bool
    hourly: Decimal | None


class Price(NamedTuple):
    """On demand, Linux, shared tenancy, without tax."""

    hourly: Decimal
    currency: str
    source: str
    as_of: date


_types: WeakKeyDictionary[Snapshot, dict[str, tuple[InstanceType, ...]]] = WeakKeyDictionary()
_sizes: WeakKeyDictionary[Snapshot, dict[str, InstanceType]] = WeakKeyDictionary()


def sizes(snapshot: Snapshot) -> dict[str, InstanceType]:
    """Every type by name, without prices: made once, as a type is offered in many regions."""
    if snapshot not in _sizes:
        types = snapshot.member("types.json")
        _sizes[snapshot] = {name: _size(name, row) for name, row in types.items()}
    return _sizes[snapshot]


def instance_types(provider: ProviderType, region: str) -> tuple[InstanceType, ...]:
    """What is offered in ``region``, by name; empty for a provider or region without a list."""
    snapshot = current(provider)
    if snapshot is None:
        return ()
    known = _types.setdefault(snapshot, {})
    if region not in known:
        prices = snapshot.member(f"{region}.json")
        types = sizes(snapshot) if prices else {}
        known[region] = tuple(_at(types[name], price) for name, price in prices.items())
    return known[region]


def size_of(provider: ProviderType, name: str) -> InstanceType | None:
    """A type wherever it is offered, without a price."""
    snapshot = current(provider)
    row = snapshot.member("types.json").get(name) if snapshot else None
    return None if row is None else _size(name, row)


def find(provider: ProviderType, region: str, name: str) -> InstanceType | None:
    """The type where it is offered, with its price if that is known."""
    snapshot = current(provider)
    if snapshot is None:
        return None
    prices = snapshot.member(f"{region}.json")
    if name not in prices:
        return None
    return _at(_size(name, snapshot.member("types.json")[name]), prices[name])


def price(provider: ProviderType, name: str, region: str) -> Price | None:
    """None when the snapshot has no price: callers must not take that as free."""
    snapshot = current(provider)
    hourly = snapshot.member(f"{region}.json").get(name) if snapshot else None
    if snapshot is None or hourly is None:
        return None
    return Price(Decimal(hourly), "USD", snapshot.origin["source"], snapshot.as_of)


def _at(size: InstanceType, hourly: str | None) -> InstanceType:
    return size._replace(hourly=Decimal(hourly)) if hourly else size


def _size(name: str, row: list[Any]) -> InstanceType:
    vcpus, memory_mib, architectures, gpus, burstable, current_, bare_metal = row
    return InstanceType(
        name=name,
        vcpus=vcpus,
        memory_mib=memory_mib,
        architectures=tuple(architectures),
        gpus=gpus,
        burstable=burstable,
        current=current_,
        bare_metal=bare_metal,
        hourly=None,
    )
