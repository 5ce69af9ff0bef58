"""Every minute: go on with advice that is being applied, and hold VMs to power schedules."""

from __future__ import annotations

from typing import Any

from novacron.costs.advice.course import advance_all
from novacron.costs.advice.schedule import Enforced, enforce
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import DELETE, GET, OPERATE, PUT, QUERY, QUERY_INDEX, UPDATE


def run(services: Services, _event: dict[str, Any]) -> Enforced:
    advance_all(services)
    return enforce(services)


REQUIRES = frozenset({GET, PUT, UPDATE, DELETE, QUERY, QUERY_INDEX, OPERATE})
SCHEDULE = "rate(1 minute)"

lambda_handler = job(run)
