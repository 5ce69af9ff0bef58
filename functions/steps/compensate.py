"""State: undo what a failed operation made."""

from __future__ import annotations

from typing import Any

from novacron.operations.compensate import Failure, compensate
from novacron.operations.steps import StepInput
from novacron.runtime.aws import services
from novacron.runtime.jobs import begin
from novacron.runtime.logging import logger
from novacron.runtime.permissions import CLOUD, QUERY

REQUIRES = CLOUD | {QUERY}


def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    given = StepInput.model_validate(event["operation"])
    failure = Failure.model_validate(event["failure"])
    begin(tenant=given.tenant, operation=given.operation_id)
    logger().warning("compensating", error=failure.Error, cause=failure.Cause)
    with services().providers.courier.attempt():
        return compensate(services(), given, failure).model_dump()
