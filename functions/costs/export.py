"""POST /costs:export"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.cost_export import CostExport, CostExportRequest
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import EXPORT_COSTS

app = api()


@app.post("/costs:export", tags=["costs"])
def export_costs(body: Annotated[CostExportRequest, Body()]) -> CostExport:
    """The rows of some days as a FOCUS 1.2 file. It changes nothing and needs no key."""
    who = reader(app, "costs.export")
    from novacron.costs.export import export  # imports Arrow, which a refusal does not need

    return export(services(), who.tenant, body)


REQUIRES = EXPORT_COSTS
LAYER = "CostDependencies"
MEMORY = 1024
"""MiB: a file of rows, and a batch of them unpacked."""

lambda_handler = entry(app)
