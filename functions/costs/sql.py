"""POST /costs:sql"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.costs.sql.ask import ask
from novacron.models.cost_sql import SqlAnswer, SqlQuestion
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import ASK_SQL

app = api()


@app.post("/costs:sql", tags=["costs"])
def ask_costs(body: Annotated[SqlQuestion, Body()]) -> SqlAnswer:
    """One SELECT over the rows of some days, as the table ``costs``: FOCUS 1.2's columns and our
    own. It changes nothing and needs no key."""
    who = reader(app, "costs.sql")
    return ask(services(), who.tenant, body)


REQUIRES = ASK_SQL
LAYER = "CostDependencies"
MEMORY = 2048
"""MiB: a file of rows, and what the engine may take."""

lambda_handler = entry(app)
