"""A tenant's report of who pays, by its own rules or those that are asked for."""

from __future__ import annotations

from novacron.costs.allocation import showback
from novacron.models.showback import Showback, ShowbackRequest
from novacron.operations.services import Services
from novacron.store.costs import CostStore


def report(services: Services, tenant: str, request: ShowbackRequest) -> Showback:
    """Raises InvalidSpec: a tag by which costs are not kept."""
    allocation = request.allocation or CostStore(services.store.table).settings(tenant).allocation
    told = showback(services.ledger(tenant), request, allocation)
    if request.format is None:
        return told
    from novacron.costs.reports import report_file  # imports Arrow, which few reports need

    return told.model_copy(update={"file": report_file(told, request.format)})
