"""POST /agents/{id}/objects"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.migration.messages import SignedUrls, WantedUrls
from novacron.runtime.aws import services
from novacron.runtime.guard import agent
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import GET, PUT, PUT_CHUNK, READ_CHUNKS
from novacron.runtime.routes import Id

app = api()


@app.post("/agents/<agent_id>/objects", tags=["agents"])
def sign_urls(agent_id: Id, body: Annotated[WantedUrls, Body()]) -> SignedUrls:
    """URLs by which the agent gets or puts chunks of its tenant: bytes do not come this way."""
    who = agent(app, "agent.objects", agent_id)
    return services().stores.sign(who.tenant, body.method, body.paths)


REQUIRES = READ_CHUNKS | {GET, PUT, PUT_CHUNK}
lambda_handler = entry(app)
