"""Once a day: remove chunks, manifests and rows of costs that nothing needs any more."""

from __future__ import annotations

from typing import Any

from novacron.costs.sweep import SweptCosts, sweep_costs
from novacron.migration.sweep import Swept, sweep
from novacron.models.base import Model
from novacron.operations.services import Services
from novacron.runtime.jobs import job
from novacron.runtime.permissions import CHUNKS, DROP_CHUNK, SWEEP_COSTS


class Removed(Model):
    chunks: Swept
    costs: SweptCosts


def run(services: Services, _event: dict[str, Any]) -> Removed:
    return Removed(costs=sweep_costs(services), chunks=sweep(services))


REQUIRES = CHUNKS | SWEEP_COSTS | {DROP_CHUNK}
SCHEDULE = "rate(1 day)"
MEMORY = 1024
"""MiB: the names of a tenant's packs are held at once."""

lambda_handler = job(run)
