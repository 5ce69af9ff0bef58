"""POST /agents/{id}/results"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.agent import Received, Results
from novacron.operations.agents import keep_results
from novacron.runtime.agents import desk
from novacron.runtime.aws import services
from novacron.runtime.guard import agent
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import GET, PUT
from novacron.runtime.routes import Id

app = api()


@app.post("/agents/<agent_id>/results", tags=["agents"])
def bring_results(agent_id: Id, body: Annotated[Results, Body()]) -> Received:
    """What commands gave. Bringing a result again changes nothing."""
    who = agent(app, "agent.results", agent_id)
    return Received(kept=keep_results(desk(services()), who, body.items))


REQUIRES = frozenset({GET, PUT})
lambda_handler = entry(app)
