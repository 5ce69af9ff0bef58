"""State: plan an account's collection of costs, collect a month, note a failure."""

from __future__ import annotations

from typing import Any

from novacron.costs.collecting import step
from novacron.models.collection import CollectEvent
from novacron.runtime.aws import services
from novacron.runtime.jobs import begin
from novacron.runtime.permissions import CONNECT, GET_MANY, IMPORT_COSTS, READ_COSTS

LAYER = "CostDependencies"
TIMEOUT = 900
MEMORY = 2048
"""MiB: a batch of rows in several forms; CPU comes with it."""
REQUIRES = CONNECT | IMPORT_COSTS | READ_COSTS | {GET_MANY}


def lambda_handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    given = CollectEvent.model_validate(event)
    begin(tenant=given.tenant, account=given.account_id, step=given.step.value)
    return step(services(), given).model_dump(mode="json")
