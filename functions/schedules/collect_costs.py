"""Every six hours: collect what each account cost, and tell how old that is."""

from __future__ import annotations

from typing import Any

from novacron.costs.collecting import ages, begin
from novacron.models.base import Model
from novacron.operations.services import Services
from novacron.runtime.aws import CostCollection
from novacron.runtime.jobs import job
from novacron.runtime.metrics import gauge
from novacron.runtime.permissions import COLLECT, GET, QUERY, QUERY_INDEX
from novacron.settings import settings


class Begun(Model):
    accounts: int
    oldest_hours: float


def run(services: Services, _event: dict[str, Any]) -> Begun:
    oldest = ages(services, lambda account, hours: gauge("CostAge", hours, account=account))
    gauge("OldestCostAge", oldest)
    accounts = begin(services, CostCollection(settings().collect_machine))
    return Begun(accounts=accounts, oldest_hours=round(oldest, 1))


REQUIRES = frozenset({GET, QUERY, QUERY_INDEX, COLLECT})
SCHEDULE = "rate(6 hours)"
LAYER = "CostDependencies"

lambda_handler = job(run)
