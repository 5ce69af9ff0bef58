"""Once a day: replace the snapshot of Google's prices by what its billing catalog tells."""

from __future__ import annotations

from typing import Any

from novacron.catalog.refresh.refresh import Refreshed
from novacron.operations.refresh_prices import refresh_gcp
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import LIVE_PRICES, PUT_COST, READ_PRICES_KEY
from novacron.settings import settings


def run(services: Services, _event: dict[str, Any]) -> Refreshed:
    return refresh_gcp(services, settings().google_prices, settings().google_prices_secret)


REQUIRES = LIVE_PRICES | {PUT_COST, READ_PRICES_KEY}
SCHEDULE = "rate(1 day)"
CONDITION = "HasGooglePricesSecret"

lambda_handler = job(run)
