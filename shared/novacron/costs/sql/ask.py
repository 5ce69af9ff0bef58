"""The one way to ask in SQL."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from novacron.errors import NotFound, NotReady, Unsupported
from novacron.models.cost_sql import SqlAnswer, SqlQuestion
from novacron.operations.services import Services
from novacron.store.costs import CostStore

TRIES = 3


def ask(services: Services, tenant: str, question: SqlQuestion) -> SqlAnswer:
    """Raises InvalidSpec (sql, start) for what cannot be answered; NotReady: the costs were
    replaced again and again while they were read; Unsupported: this deployment has no engine."""
    if find_spec("duckdb") is None:
        raise Unsupported(
            "This deployment has no SQL engine.",
            remedy="Group and filter with POST /costs:query.",
        )
    from novacron.costs.sql.duck import run  # heavy imports, after the answer that needs none
    from novacron.costs.sql.files import fetch_rows

    for _ in range(TRIES):
        with TemporaryDirectory() as folder:
            try:
                found = fetch_rows(
                    CostStore(services.store.table), services.costs, tenant, question, Path(folder)
                )
            except NotFound:
                continue
            return run(found, question)
    raise NotReady("The costs were replaced while they were read.")
