"""POST /agents/{id}/chunks"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.migration.messages import ChunkNews, KnownChunks, from_text
from novacron.runtime.aws import services
from novacron.runtime.guard import agent
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import GET, GET_MANY, PUT, WRITE_MANY
from novacron.runtime.routes import Id

app = api()


@app.post("/agents/<agent_id>/chunks", tags=["agents"])
def know_chunks(agent_id: Id, body: Annotated[ChunkNews, Body()]) -> KnownChunks:
    """Which leaves the tenant's chunk store has, and which have come; the latter is kept first."""
    who = agent(app, "agent.chunks", agent_id)
    index = services().stores.index(who.tenant)
    index.add(dict(one.entry for one in body.add))
    return KnownChunks.of(index.find([from_text(one) for one in body.find]))


REQUIRES = frozenset({GET, PUT, GET_MANY, WRITE_MANY})
lambda_handler = entry(app)
