"""A local service that plays one Google Cloud project for the real SDK.

``python -m infra.local.google_project --port N --state-dir DIR`` for the embedded stack (it leaves
the key in ``DIR/service-account.json``); ``start_in_thread`` for tests. An adapter's test connects
so::

    server = start_in_thread(folder, transition_describes=0)
    credentials = service_account.Credentials.from_service_account_info(
        server.service_account_key, scopes=["https://www.googleapis.com/auth/cloud-platform"]
    )
    instances = compute_v1.InstancesClient(
        credentials=credentials, client_options={"api_endpoint": server.url}
    )
    server.project.switches.transition_seconds = 5.0  # then clock.advance(10) ends transitions
    server.project.faults.add(Fault("instances.get", "backendError", http_status=503))
    server.project.async_faults.add(Fault("instances.insert", "ZONE_RESOURCE_POOL_EXHAUSTED"))
    server.stop()

Call the ``*_unary`` methods and look operations up with ZoneOperationsClient and its like: an
extended operation's ``result()`` asks the public endpoint. Both a signed JWT, which the SDK sends
of itself, and the token endpoint's tokens are taken. Monitoring is REST at the same ``url``
(``/v3/projects/{project}/timeSeries``). Self links are those of www.googleapis.com. Everything
can also be steered over HTTP: ``control.py``.
"""

from .options import Options
from .server import Server, start_in_thread

__all__ = ["Options", "Server", "start_in_thread"]
