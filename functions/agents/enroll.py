"""POST /agents/enroll"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.agent import Enrol, Enrolled
from novacron.operations.agents import enrol
from novacron.runtime.agents import desk
from novacron.runtime.aws import services
from novacron.runtime.guard import audit
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import GET, PUT
from novacron.tenancy.principal import Principal, Role

app = api()


@app.post("/agents/enroll", tags=["agents"])
def enroll(body: Annotated[Enrol, Body()]) -> Enrolled:
    """An agent gives its public key for its one-time token; no other identity is needed."""
    told = enrol(desk(services()), body.token, body.public_key)
    who = Principal(tenant=told.tenant, subject=told.agent_id, roles=frozenset({Role.AGENT}))
    audit(app, who, "agent.enroll", told.agent_id, "allowed")
    return told


REQUIRES = frozenset({GET, PUT})
lambda_handler = entry(app)
