"""GET /agents"""

from __future__ import annotations

from novacron.models.agent import Agents
from novacron.models.base import PageRequest
from novacron.operations.agents import view
from novacron.runtime.agents import desk
from novacron.runtime.aws import services
from novacron.runtime.guard import reader
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import LIST
from novacron.runtime.routes import Cursor, Limit

app = api()


@app.get("/agents", tags=["agents"])
def list_agents(limit: Limit = 100, cursor: Cursor = None) -> Agents:
    """The host agents of the tenant, and when each was last heard of."""
    who = reader(app, "agent.list")
    page = PageRequest(limit=limit, cursor=cursor)
    found = desk(services()).agents.agents(who.tenant, page)
    return Agents(items=[view(one) for one in found.items], next_cursor=found.next_cursor)


REQUIRES = LIST
lambda_handler = entry(app)
