"""Several times a day: look for costs that are not as they were."""

from __future__ import annotations

from typing import Any

from novacron.costs.anomalies.round import Looked, look
from novacron.models.anomaly import Anomaly
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.logging import logger
from novacron.runtime.metrics import count
from novacron.runtime.permissions import ASK_COSTS, PUT, QUERY_INDEX


def tell(found: Anomaly) -> None:
    """A line and a metric: alarms and subscriptions hang on these."""
    logger().warning("anomaly", **found.model_dump(mode="json"))
    count("Anomalies", scope=found.scope.value)


def run(services: Services, _event: dict[str, Any]) -> Looked:
    return look(services, tell)


REQUIRES = ASK_COSTS | {PUT, QUERY_INDEX}
SCHEDULE = "rate(6 hours)"
MEMORY = 1024
"""MiB: four months of costs by resource are held at once."""

lambda_handler = job(run)
