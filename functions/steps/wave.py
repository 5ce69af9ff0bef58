"""State: look at a wave's migrations, and begin those whose turn it is."""

from __future__ import annotations

from typing import Any

from novacron.migration.waves import advance, give_up
from novacron.operations.compensate import Failure, explain
from novacron.operations.steps import StepInput
from novacron.runtime.aws import services
from novacron.runtime.jobs import begin
from novacron.runtime.permissions import GET, GO_ON, MOVE, PUT, READ_SECRET

TIMEOUT = 300
REQUIRES = frozenset({GET, PUT, MOVE, GO_ON, READ_SECRET})


def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    given = StepInput.model_validate(event["operation"])
    begin(tenant=given.tenant, operation=given.operation_id)
    if "failure" in event:
        why = explain(Failure.model_validate(event["failure"]))
        return give_up(services(), given, why).model_dump()
    return advance(services(), given).model_dump()
