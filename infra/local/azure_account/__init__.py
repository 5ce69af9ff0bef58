"""A local service that plays one Azure subscription for the real SDKs, over TLS on loopback.

``start_in_thread(folder, **options)`` for tests; ``python -m infra.local.azure_account`` for the
embedded stack. A client is made as for Azure, with this server as its Resource Manager and as its
authority, and the server's certificate in place of the public ones::

    server = start_in_thread(folder)
    options = server.account.options
    credential = ClientSecretCredential(
        options.tenant_id, options.client_id, options.client_secret,
        authority=server.url, disable_instance_discovery=True, connection_verify=server.ca_file)
    ComputeManagementClient(
        credential, options.subscription_id, base_url=server.url,
        credential_scopes=[f"{server.url}/.default"], connection_verify=server.ca_file)

The other management clients take the same arguments, and ClientAssertionCredential the same as
ClientSecretCredential once ``Options.federated`` names its issuer. The SDK's own pollers wait
``Retry-After`` seconds: set ``server.account.switches.retry_after = 0`` and give the clients
``polling_interval=0``. An operation goes on with each look at it or at its resource (``Pace``), or
with virtual time (``server.account.clock.advance``). SAS and console URLs lead to this server too.
``control.py`` lists what ``/_local/...`` steers, ``options.py`` the switches.
"""

from .options import ArmFault, FederatedCredential, Options, Switches
from .server import Server, start_in_thread

__all__ = ["ArmFault", "FederatedCredential", "Options", "Server", "Switches", "start_in_thread"]
