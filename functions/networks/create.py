"""POST /networks"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from novacron.models.operation import Operation, OperationKind
from novacron.models.views import CreateNetwork
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Key, create

app = api()


@app.post("/networks", tags=["networks"], status_code=202)
def create_network(body: Annotated[CreateNetwork, Body()], key: Key) -> Operation:
    """Create a network with its subnets and firewall rules."""
    return create(app, OperationKind.NETWORK_CREATE, body.account_id, body.spec, key)


REQUIRES = CHANGE
lambda_handler = entry(app)
