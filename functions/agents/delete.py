"""DELETE /agents/{id}"""

from __future__ import annotations

from novacron.models.agent import Agent
from novacron.operations.agents import delete_agent
from novacron.runtime.agents import desk
from novacron.runtime.aws import services
from novacron.runtime.guard import changer
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import AUDITED, QUERY
from novacron.runtime.routes import Id, Key, mutate
from novacron.tenancy.policy import Access

app = api()


@app.delete("/agents/<agent_id>", tags=["agents"])
def delete(agent_id: Id, key: Key) -> Agent:
    """Forget a host agent that no account uses; its key is worth nothing from then on."""
    who = changer(app, Access.ADMINISTER, "agent.delete", agent_id)

    def act() -> Agent:
        here = services()
        return delete_agent(desk(here), here.store, who, agent_id)

    return Agent(**mutate(app, who, "agent.delete", agent_id, key, act))


REQUIRES = AUDITED | {QUERY}
lambda_handler = entry(app)
