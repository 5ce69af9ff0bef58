"""Every hour: read the metrics of all VMs, and look for what would save money."""

from __future__ import annotations

from typing import Any

from novacron.costs.advice.run import Run, recommend
from novacron.operations.prices import use_live_prices
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import ASK_COSTS, CLOUD, LIVE_PRICES, QUERY_INDEX


def run(services: Services, _event: dict[str, Any]) -> Run:
    use_live_prices(services)
    return recommend(services)


REQUIRES = CLOUD | ASK_COSTS | LIVE_PRICES | {QUERY_INDEX}
SCHEDULE = "rate(1 hour)"
MEMORY = 1024
"""MiB: five weeks of a VM's points are held when it is seen first."""

lambda_handler = job(run)
