"""The one way to ask in SQL: DuckDB where it is, Athena in AWS."""

from __future__ import annotations

from importlib.util import find_spec

from novacron.models.cost_sql import SqlAnswer, SqlQuestion
from novacron.operations.services import Services


def ask(services: Services, tenant: str, question: SqlQuestion) -> SqlAnswer:
    """Raises InvalidSpec (sql, start) for what cannot be answered; NotReady: the costs were
    replaced again and again while they were read; Unsupported: this deployment has no engine."""
    if find_spec("duckdb") is None:
        return _at_athena(services, tenant, question)
    from novacron.costs.sql.duck import run  # heavy imports, for who has that engine
    from novacron.costs.visible import visible_rows

    with visible_rows(services, tenant, question, estimates=question.estimates) as sources:
        return run(sources, question)


def _at_athena(services: Services, tenant: str, question: SqlQuestion) -> SqlAnswer:
    from novacron.costs.sql.athena.place import place

    here = place(services)
    from novacron.costs.sql.athena.run import run  # heavy imports, after the answer without
    from novacron.costs.visible import stored_sources

    sources = stored_sources(services, tenant, question, estimates=question.estimates)
    return run(here, tenant, sources, question)
