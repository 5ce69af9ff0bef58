"""GET /networks/{id}"""

from __future__ import annotations

from novacron.models.operation import ResourceKind
from novacron.models.views import Resource
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import READ
from novacron.runtime.routes import Id, read_resource

app = api()


@app.get("/networks/<network_id>", tags=["networks"])
def get_network(network_id: Id) -> Resource:
    """One network."""
    return read_resource(app, ResourceKind.NETWORK, network_id)


REQUIRES = READ
lambda_handler = entry(app)
