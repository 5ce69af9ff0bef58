"""POST /agents"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.agent import CreateAgent, NewAgent
from novacron.operations.agents import create_agent
from novacron.runtime.agents import desk
from novacron.runtime.aws import services
from novacron.runtime.guard import audit, changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import GET, PUT
from novacron.runtime.routes import Key
from novacron.tenancy.policy import Access

app = api()


@app.post("/agents", tags=["agents"], status_code=201)
def create(body: Annotated[CreateAgent, Body()], key: Key) -> NewAgent:
    """A new host agent, and the token that enrols it once within an hour.

    The token is kept nowhere: a repeat with the same key is a conflict, not the same answer.
    """
    who = changer(app, Access.ADMINISTER, "agent.create", body.name)
    audit(app, who, "agent.create", body.name, "allowed")
    return create_agent(desk(services()), who, body.name, key)


REQUIRES = frozenset({GET, PUT})
lambda_handler = entry(app)
