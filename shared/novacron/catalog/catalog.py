"""Instance types and their list prices, from the snapshot that ``infra/catalog/make.py`` packs.

One member of the archive for each region, so that a request reads what it asks about only.
"""

from __future__ import annotations

import json
import zipfile
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from novacron.models.account import ProviderType

DATA = Path(__file__).parent / "data"


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


@cache
def instance_types(provider: ProviderType, region: str) -> tuple[InstanceType, ...]:
    """What is offered in ``region``, by name; empty for a provider or region without a list."""
    prices = _member(provider, f"{region}.json")
    types = _member(provider, "types.json") if prices else {}
    return tuple(_instance_type(name, types[name], price) for name, price in prices.items())


@cache
def size_of(provider: ProviderType, name: str) -> InstanceType | None:
    """A type wherever it is offered, without a price."""
    row = _member(provider, "types.json").get(name)
    return None if row is None else _instance_type(name, row, None)


def find(provider: ProviderType, region: str, name: str) -> InstanceType | None:
    return next((one for one in instance_types(provider, region) if one.name == name), None)


def price(provider: ProviderType, name: str, region: str) -> Price | None:
    """None when the snapshot has no price: callers must not take that as free."""
    found = find(provider, region, name)
    if found is None or found.hourly is None:
        return None
    origin = _member(provider, "source.json")
    return Price(found.hourly, "USD", origin["source"], date.fromisoformat(origin["as_of"]))


def _instance_type(name: str, row: list[Any], hourly: str | None) -> InstanceType:
    vcpus, memory_mib, architectures, gpus, burstable, current, bare_metal = row
    return InstanceType(
        name=name,
        vcpus=vcpus,
        memory_mib=memory_mib,
        architectures=tuple(architectures),
        gpus=gpus,
        burstable=burstable,
        current=current,
        bare_metal=bare_metal,
        hourly=Decimal(hourly) if hourly else None,
    )


def _member(provider: ProviderType, name: str) -> dict[str, Any]:
    archive = DATA / f"{provider.value}.zip"
    if not archive.exists():
        return {}
    with zipfile.ZipFile(archive) as packed:
        if name not in packed.namelist():
            return {}
        loaded: dict[str, Any] = json.loads(packed.read(name))
        return loaded
