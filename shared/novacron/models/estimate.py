"""What an environment would cost, before it exists."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import Field, model_validator

from novacron.models.account import ProviderType
from novacron.models.base import Model, ResourceId
from novacron.models.cost import Currency
from novacron.models.price import Region, Unit
from novacron.models.vm import VmSpec
from novacron.models.volume import VolumeSpec

HOURS_A_MONTH = 730


class VmPlan(Model):
    """``count`` VMs that run for ``hours`` of a month; their disks are kept all month."""

    spec: VmSpec
    count: int = Field(default=1, ge=1, le=10_000)
    hours: int = Field(default=HOURS_A_MONTH, ge=0, le=744)


class VolumePlan(Model):
    spec: VolumeSpec
    count: int = Field(default=1, ge=1, le=10_000)


class Amount(Model):
    """``quantity`` of something in a region: addresses, or GiB of snapshots or egress a month."""

    region: Region
    quantity: Decimal = Field(gt=0, le=10**9)


class Environment(Model):
    """In one place: a provider at list price, or an account (one's own hosts: its rate card)."""

    provider: ProviderType | None = None
    account_id: ResourceId | None = None
    vms: list[VmPlan] = Field(default=[], max_length=200)
    volumes: list[VolumePlan] = Field(default=[], max_length=200)
    snapshots_gib: list[Amount] = Field(default=[], max_length=50)
    addresses: list[Amount] = Field(default=[], max_length=50)
    egress_gib: list[Amount] = Field(default=[], max_length=50)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.provider is None) == (self.account_id is None):
            raise ValueError("give provider or account_id")
        return self


class EstimateLine(Model):
    """One thing's share. ``price`` None: not known, and then not in the totals.

    ``monthly`` = ``quantity`` * ``price`` in the price's unit, over a month of 730 hours; where
    tiers apply, ``price`` is the average.
    """

    item: str
    name: str
    region: str
    quantity: Decimal
    unit: Unit
    price: Decimal | None
    hourly: Decimal | None
    monthly: Decimal | None
    source: str
    as_of: date | None = None
    stale: bool = False


class Estimate(Model):
    """``complete`` False: some price is not known, so that the whole costs more than this."""

    currency: Currency
    lines: list[EstimateLine]
    hourly: Decimal
    monthly: Decimal
    complete: bool
    stale: bool
