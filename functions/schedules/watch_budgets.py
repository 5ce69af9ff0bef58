"""Every quarter of an hour: count budgets, act on the thresholds that are passed, send notices."""

from __future__ import annotations

from typing import Any

from novacron.costs.budgets.watch import Watched, watch
from novacron.costs.digest import sum_up
from novacron.costs.telling import send_waiting
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
    notices = Notices(services)
    watched = watch(services, notices.deliver)
    sum_up(services)
    return watched.model_copy(update={"told": send_waiting(services, notices.send)})


REQUIRES = ASK_COSTS | {PUT, UPDATE, QUERY_INDEX, OPERATE, READ_SECRET, PUBLISH, MAIL}
SCHEDULE = "rate(15 minutes)"

lambda_handler = job(run)
