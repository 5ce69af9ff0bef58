"""Every quarter of an hour: count budgets, act on the thresholds that are passed."""

from __future__ import annotations

from typing import Any

from novacron.costs.budgets.watch import Watched, watch
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.notices import Notices
from novacron.runtime.permissions import (
    ASK_COSTS,
    MAIL,
    OPERATE,
    PUBLISH,
    PUT,
    QUERY_INDEX,
    READ_SECRET,
    UPDATE,
)


def run(services: Services, _event: dict[str, Any]) -> Watched:
    return watch(services, Notices(services).deliver)


REQUIRES = ASK_COSTS | {PUT, UPDATE, QUERY_INDEX, OPERATE, READ_SECRET, PUBLISH, MAIL}
SCHEDULE = "rate(15 minutes)"

lambda_handler = job(run)
