"""Every hour: replace credentials that are older than the deployment allows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from novacron.operations.rotation import Rotated, rotate_credentials
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import (
    GET,
    MAKE_SECRET,
    PUT,
    QUERY_INDEX,
    READ_SECRET,
    WRITE_SECRET,
)
from novacron.settings import settings


def run(services: Services, _event: dict[str, Any]) -> Rotated:
    return rotate_credentials(services, timedelta(days=settings().rotate_after_days))


REQUIRES = frozenset({GET, PUT, QUERY_INDEX, READ_SECRET, MAKE_SECRET, WRITE_SECRET})
SCHEDULE = "rate(1 hour)"

lambda_handler = job(run)
