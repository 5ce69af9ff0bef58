"""Every half hour: read AWS's prices of one region; a day's are published together."""

from __future__ import annotations

from typing import Any

from novacron.catalog.refresh import aws_spot
from novacron.operations.refresh_prices import RefreshedRegion, refresh_aws
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import LIVE_PRICES, PUT_COST, READ_SPOT
from novacron.settings import settings


def run(services: Services, _event: dict[str, Any]) -> RefreshedRegion:
    return refresh_aws(services, settings().aws_prices, aws_spot.prices)


REQUIRES = LIVE_PRICES | {PUT_COST, READ_SPOT}
SCHEDULE = "rate(30 minutes)"
TIMEOUT = 900
"""Seconds, the most that there are, for files of hundreds of MB
(https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)."""
MEMORY = 1769
"""MiB: a whole CPU, which reads some hundred MB of CSV
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). Lines are
held one at a time."""

lambda_handler = job(run)
