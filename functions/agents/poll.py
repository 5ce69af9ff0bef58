"""POST /agents/{id}/poll"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.agent import Commands, Poll
from novacron.operations.agents import poll
from novacron.runtime.agents import desk
from novacron.runtime.aws import services
from novacron.runtime.guard import agent
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import GET, PUT, QUERY
from novacron.runtime.routes import Id

app = api()


@app.post("/agents/<agent_id>/poll", tags=["agents"])
def poll_commands(agent_id: Id, body: Annotated[Poll, Body()]) -> Commands:
    """The agent is alive; what is there for it to do? Answers at once."""
    who = agent(app, "agent.poll", agent_id)
    return Commands(items=poll(desk(services()), who, body))


REQUIRES = frozenset({GET, PUT, QUERY})
lambda_handler = entry(app)
