"""What one's own hosts cost: an account's rate card. Money is ``Decimal``."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from novacron.models.base import Model
from novacron.models.cost import Currency

Money = Annotated[Decimal, Field(ge=0, max_digits=24, decimal_places=12)]
Share = Annotated[Decimal, Field(gt=0, le=1)]


class FlatRates(Model):
    """Prices of the operator's own choice: of a vCPU, a GiB of memory and a GiB of storage, by
    the hour."""

    vcpu_hour: Money
    memory_gib_hour: Money
    storage_gib_hour: Money


class Power(Model):
    """``watts`` that the hosts draw on average, all together; ``pue`` is what the room adds
    (total energy / hosts' energy, ISO/IEC 30134-2); ``tariff`` is for a kWh."""

    watts: Decimal = Field(gt=0)
    pue: Decimal = Field(default=Decimal(1), ge=1, le=10)
    tariff: Money


class Shares(Model):
    """How much of the whole each component carries; together 1."""

    vcpu: Decimal = Field(ge=0, le=1)
    memory: Decimal = Field(ge=0, le=1)
    storage: Decimal = Field(ge=0, le=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.vcpu + self.memory + self.storage != 1:
            raise ValueError("vcpu, memory and storage must make 1")
        return self


class Capacity(Model):
    """What the hosts can sell, all together: after over-commitment, and what they keep for
    themselves."""

    vcpus: int = Field(ge=1)
    memory_mib: int = Field(ge=1)
    storage_gib: int = Field(ge=1)


class Utilisation(Model):
    """The share of the capacity that is sold. What stands idle is paid by what is sold."""

    vcpu: Share = Decimal(1)
    memory: Share = Decimal(1)
    storage: Share = Decimal(1)
    measured: bool = False
    """Taken from the inventory, not stated by the operator."""


class HostCosts(Model):
    """What the hosts of an account cost, all together; ``*_month`` are for a month.

    Depreciation is straight: (``purchase`` - ``residual``) over ``years``.
    """

    purchase: Money
    residual: Money = Decimal(0)
    years: Decimal = Field(gt=0, le=30)
    power: Power
    space_month: Money = Decimal(0)
    licences_month: Money = Decimal(0)
    administration_month: Money = Decimal(0)
    shares: Shares
    capacity: Capacity
    utilisation: Utilisation = Utilisation()

    @model_validator(mode="after")
    def _worth(self) -> Self:
        if self.residual > self.purchase:
            raise ValueError("residual must not exceed purchase")
        return self


class RateCard(Model):
    """``flat`` or ``hosts``: either prices, or the costs from which they are made."""

    currency: Currency
    flat: FlatRates | None = None
    hosts: HostCosts | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.flat is None) == (self.hosts is None):
            raise ValueError("give flat or hosts")
        return self
