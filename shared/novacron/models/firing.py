"""A budget's threshold that was passed in a period, and what was done about it."""

from __future__ import annotations

from datetime import datetime

from novacron.models.base import Model
from novacron.models.budget import Threshold


class Firing(Model):
    """Once a budget, period and threshold: ``id`` is made of them, and is what receivers of a
    notice tell a repeat by. Channels are their positions in the budget's list.

    ``value`` and ``bound`` are amounts of the budget's currency, written as decimals.
    """

    id: str
    tenant: str
    budget_id: str
    budget_name: str
    currency: str
    start: datetime
    threshold: Threshold
    value: str
    bound: str
    at: datetime
    delivered: list[int] = []
    tries: int = 0
    failures: dict[str, str] = {}
    stopped: list[str] = []
    done: bool = False
    version: int = 0


class Stopped(Model):
    """The budget's stop is the last that was asked of this VM."""

    tenant: str
    vm_id: str
    budget_id: str
    operation_id: str
