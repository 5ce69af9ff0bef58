"""Once a day: replace the price snapshots by what the providers' price APIs tell."""

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
"""MiB: every price of a provider is held at once; a new snapshot is whole or not there."""

lambda_handler = job(run)
