"""POST /agents/{id}/turns"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.migration.bandwidth import granted
from novacron.migration.messages import Grant, WantedTurn
from novacron.runtime.aws import services
from novacron.runtime.guard import agent
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import GET, PUT, UPDATE
from novacron.runtime.routes import Id

app = api()


@app.post("/agents/<agent_id>/turns", tags=["agents"])
def take_turn(agent_id: Id, body: Annotated[WantedTurn, Body()]) -> Grant:
    """How many of a disk's bytes the agent may move when, by the limits of bandwidth."""
    who = agent(app, "agent.turns", agent_id)
    return granted(services(), who.tenant, body.line, body.size)


REQUIRES = frozenset({GET, PUT, UPDATE})
lambda_handler = entry(app)
