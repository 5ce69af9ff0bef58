"""Prices as the catalog holds and shows them. Money is ``Decimal``; unknown is absent, never 0."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from novacron.models.account import ProviderType
from novacron.models.base import Model
from novacron.models.cost import Currency
from novacron.models.vm import Architecture

Region = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class PriceKind(StrEnum):
    """What is priced; each has one unit, but ``storage``, which has two (see ``Unit``)."""

    ON_DEMAND = "on-demand"
    SPOT = "spot"
    COMMITMENT = "commitment"
    STORAGE = "storage"
    IOPS = "iops"
    THROUGHPUT = "throughput"
    SNAPSHOT = "snapshot"
    ADDRESS = "address"
    EGRESS = "egress"
    EGRESS_BETWEEN = "egress-between"
    """To another region of the same cloud on the same continent."""


class Unit(StrEnum):
    """``disk-month``: a whole disk of up to ``start`` GiB, as Azure sells most of them."""

    HOUR = "hour"
    GIB_MONTH = "gib-month"
    DISK_MONTH = "disk-month"
    IOPS_MONTH = "iops-month"
    MIBPS_MONTH = "mibps-month"
    GIB = "gib"


class PriceRow(Model):
    """One list price, without tax. ``name``: the type, or the native volume type.

    ``start``: where a tier begins, or a disk's size. ``term`` ("1y", "3y") and ``payment`` are a
    commitment's, priced by the hour over its whole term.
    """

    provider: ProviderType
    region: str
    kind: PriceKind
    name: str
    unit: Unit
    price: Decimal
    currency: Currency
    start: int = 0
    term: str = ""
    payment: str = ""
    source: str
    licence: str
    as_of: date
    stale: bool
    """Older than the limit of its kind."""


class PriceQuery(Model):
    """The cheapest types with at least this much, over providers and regions.

    ``regions`` empty: all that a provider has. ``kind``: on-demand, spot or commitment.
    """

    vcpus: int = Field(default=1, ge=1, le=1024)
    memory_gib: Decimal = Field(default=Decimal(1), gt=0, le=65536)
    gpus: int = Field(default=0, ge=0, le=16)
    architecture: Architecture | None = None
    providers: list[ProviderType] = Field(default=[], max_length=8)
    regions: list[Region] = Field(default=[], max_length=100)
    kind: PriceKind = PriceKind.ON_DEMAND
    term: str = Field(default="", pattern=r"^(1y|3y)?$")
    limit: int = Field(default=10, ge=1, le=100)


class Offer(Model):
    """A type that fits, by the hour."""

    instance_type: str
    vcpus: int
    memory_mib: int
    architectures: list[str]
    gpus: int
    price: PriceRow


class Offers(Model):
    """``unpriced``: types that fit and have no known price, so that they are not in ``items``."""

    items: list[Offer]
    unpriced: int
