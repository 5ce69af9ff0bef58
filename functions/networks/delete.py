"""DELETE /networks/{id}"""

from __future__ import annotations

from novacron.models.operation import Operation, OperationKind
from novacron.operations.kinds import NoArguments
from novacron.runtime.http import api, entry
from novacron.runtime.permissions import CHANGE
from novacron.runtime.routes import Id, Key, change

app = api()


@app.delete("/networks/<network_id>", tags=["networks"], status_code=202)
def delete_network(network_id: Id, key: Key) -> Operation:
    """Delete the network, for good."""
    return change(app, OperationKind.NETWORK_DELETE, network_id, NoArguments(), key)


REQUIRES = CHANGE
lambda_handler = entry(app)
