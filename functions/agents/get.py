"""GET /agents/{id}"""

from __future__ import annotations

from novacron.models.agent import Agent
from novacron.operations.agents import view
from novacron.runtime.agents import desk
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id

app = api()


@app.get("/agents/<agent_id>", tags=["agents"])
def get_agent(agent_id: Id) -> Agent:
    """One host agent."""
    who = reader(app, "agent.get")
    return view(desk(services()).agents.agent(who.tenant, agent_id))


REQUIRES = READ
lambda_handler = entry(app)
