"""Once a day: remove chunks, manifests, rows of costs and databases that nothing needs any more."""

from __future__ import annotations

from typing import Any

from novacron.costs.sql.athena.database import sweep_questions
from novacron.costs.sweep import SweptCosts, sweep_costs
from novacron.migration.sweep import Swept, sweep
from novacron.models.base import Model
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import ASK_AS, CHUNKS, DROP_CHUNK, SWEEP_COSTS


class Removed(Model):
    chunks: Swept
    costs: SweptCosts
    questions: int


def run(services: Services, _event: dict[str, Any]) -> Removed:
    return Removed(
        costs=sweep_costs(services),
        chunks=sweep(services),
        questions=sweep_questions(services),
    )


REQUIRES = CHUNKS | SWEEP_COSTS | {DROP_CHUNK, ASK_AS}
SCHEDULE = "rate(1 day)"
MEMORY = 1024
"""MiB: the names of a tenant's packs are held at once."""

lambda_handler = job(run)
