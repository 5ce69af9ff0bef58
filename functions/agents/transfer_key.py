"""POST /agents/{id}/transfer-key"""

from __future__ import annotations

import base64

from novacron.migration.messages import TransferKey
from novacron.runtime.aws import services
from novacron.runtime.guard import agent, audit
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHUNK_KEY, GET, PUT
from novacron.runtime.routes import Id

app = api()


@app.post("/agents/<agent_id>/transfer-key", tags=["agents"])
def give_key(agent_id: Id) -> TransferKey:
    """The key that the tenant's chunks are sealed with; the agent keeps it in memory alone."""
    who = agent(app, "agent.transfer-key", agent_id)
    audit(app, who, "agent.transfer-key", agent_id, "allowed")
    return TransferKey(key=base64.b64encode(services().stores.key(who.tenant)).decode())


REQUIRES = CHUNK_KEY | {GET, PUT}
lambda_handler = entry(app)
