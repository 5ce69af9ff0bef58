"""Every few minutes: make records and clouds agree again."""

from __future__ import annotations

from typing import Any

from novacron.operations.reconcile import Report, reconcile
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import (
    CLOUD,
    GET,
    OPERATE,
    PROVISION,
    PUT,
    QUERY,
    QUERY_INDEX,
    UPDATE,
    WATCH,
)


def run(services: Services, _event: dict[str, Any]) -> Report:
    return reconcile(services)


REQUIRES = CLOUD | {GET, QUERY, QUERY_INDEX, PUT, UPDATE, PROVISION, OPERATE, WATCH}
SCHEDULE = "rate(5 minutes)"

lambda_handler = job(run)
