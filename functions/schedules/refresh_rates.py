"""Every six hours: keep the reference rates that the European Central Bank has published."""

from __future__ import annotations

from typing import Any

from novacron.costs.exchange.ecb import published
from novacron.costs.exchange.reference import ReferenceRates, RefreshedRates
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import PUT_COST, READ_COSTS
from novacron.settings import settings


def run(services: Services, _event: dict[str, Any]) -> RefreshedRates:
    return ReferenceRates(services.costs).add(published(settings().ecb_rates))


REQUIRES = READ_COSTS | {PUT_COST}
SCHEDULE = "rate(6 hours)"

lambda_handler = job(run)
