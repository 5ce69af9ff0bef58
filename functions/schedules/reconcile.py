"""Every few minutes: make records and clouds agree again."""

from __future__ import annotations

from typing import Any

from novacron.operations.reconcile import Report, reconcile
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import (
    CLOUD,
    MOVE,
    MOVE_MANY,
    OPERATE,
    PROVISION,
    QUERY,
    QUERY_INDEX,
    WATCH,
)


def run(services: Services, _event: dict[str, Any]) -> Report:
    return reconcile(services)


REQUIRES = CLOUD | {QUERY, QUERY_INDEX, PROVISION, OPERATE, MOVE, MOVE_MANY, WATCH}
SCHEDULE = "rate(5 minutes)"

lambda_handler = job(run)
