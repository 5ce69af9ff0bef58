"""Once a day: replace the snapshot of Azure's prices by what its price API tells."""

from __future__ import annotations

from typing import Any

from novacron.catalog.refresh.refresh import Refreshed
from novacron.operations.refresh_prices import refresh_azure
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import LIVE_PRICES, PUT_COST
from novacron.settings import settings


def run(services: Services, _event: dict[str, Any]) -> Refreshed:
    return refresh_azure(services, settings().azure_prices)


REQUIRES = LIVE_PRICES | {PUT_COST}
SCHEDULE = "rate(1 day)"
MEMORY = 2048
"""MiB: every price of Azure is held at once; a new snapshot is whole or not there."""

lambda_handler = job(run)
