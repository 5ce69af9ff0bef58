"""What a type costs as spot capacity in the last days, and how often it is taken back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from novacron.models.base import Model

MOST_POINTS = 200


class Measure(StrEnum):
    """Of what a percentage of interruptions is; one cannot be turned into another.

    month: of the VMs that ran in the last month (https://aws.amazon.com/ec2/spot/instance-advisor/).
    hour: of the VMs that run, within the next hour
    (https://learn.microsoft.com/en-us/azure/virtual-machines/spot-vms#pricing-and-eviction-history).
    stops: of the VMs that stopped, for whatever reason
    (https://cloud.google.com/compute/docs/instances/view-spot-preemption-price).
    """

    MONTH = "month"
    HOUR = "hour"
    STOPS = "stops"


class Interruptions(Model):
    """Between ``low`` and ``high`` percent."""

    low: float = Field(ge=0, le=100)
    high: float = Field(ge=0, le=100)
    of: Measure


class SpotMarket(Model):
    """Of Linux VMs, in USD an hour. ``zone`` None: all zones of the region have the same.

    ``points``: prices, each in force from its time on, the oldest first; the first may be older
    than what was asked for. Empty: only ``price``, that of now, is told.
    ``interruptions`` None: not told.
    """

    instance_type: str
    zone: str | None = None
    price: Decimal
    points: list[tuple[datetime, Decimal]] = Field(default=[], max_length=MOST_POINTS)
    interruptions: Interruptions | None = None
