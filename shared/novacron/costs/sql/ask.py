"""The one way to ask in SQL."""

from __future__ import annotations

from importlib.util import find_spec

from novacron.errors import Unsupported
from novacron.models.cost_sql import SqlAnswer, SqlQuestion
from novacron.operations.services import Services


def ask(services: Services, tenant: str, question: SqlQuestion) -> SqlAnswer:
    """Raises InvalidSpec (sql, start) for what cannot be answered; NotReady: the costs were
    replaced again and again while they were read; Unsupported: this deployment has no engine."""
    if find_spec("duckdb") is None:
        raise Unsupported(
            "This deployment has no SQL engine.",
            remedy="Group and filter with POST /costs:query.",
        )
    from novacron.costs.sql.duck import run  # heavy imports, after the answer that needs none
    from novacron.costs.visible import visible_rows

    with visible_rows(services, tenant, question, estimates=question.estimates) as sources:
        return run(sources, question)
