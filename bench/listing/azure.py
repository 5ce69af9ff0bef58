"""Virtual Machines: the raw SDK's four lists, which tell what ours does, and that of VMs alone."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.listing.subject import OWNER, VMS, Subject, Way
from infra.local.azure_account import Server, start_in_thread
from novacron.models.network import NetworkSpec, SubnetSpec
from novacron.models.vm import VmSpec
from novacron.providers.azure.provider import AzureProvider

PAGE = 200
"""ARM alone sets it; the documentation gives no figure."""


@contextmanager
def opened(folder: Path) -> Iterator[Subject]:
    server = start_in_thread(folder, transition_describes=0, persist=False)
    server.account.switches.page_size = PAGE
    try:
        provider = _provider(server)
        _fill(server, provider)
        alone = "raw SDK: no states, no addresses"
        others: dict[str, Way | str] = {
            alone: lambda: _listed(provider),
            "Apache Libcloud: neither": _libcloud(server, provider),
        }
        yield Subject("azure", provider, PAGE, lambda: _raw(provider), others)
    finally:
        server.stop()


def _provider(server: Server) -> AzureProvider:
    options = server.account.options
    settings = options.settings(server.url, server.ca_file)
    return AzureProvider.from_settings(settings, {"client_secret": options.client_secret})


def _fill(server: Server, provider: AzureProvider) -> None:
    """Copies of a VM that was made, each with an interface and a disk of its own. No public
    addresses: the local account takes too long to find whose each is."""
    region = server.account.location
    subnets = [SubnetSpec(name="a", cidr="10.0.0.0/20")]
    spec = NetworkSpec(name="home", region=region, cidr="10.0.0.0/16", subnets=subnets)
    subnet = provider.create_network(spec, OWNER.model_copy(update={"operation": "home"}))
    vm = VmSpec(
        name="vm",
        region=region,
        image="debian-12",
        instance_type="Standard_B2s",
        subnet_id=subnet.subnets[0].id,
    )
    name = provider.create_vm(vm, OWNER).id
    store = server.account.store
    made = [one for one in store.under(server.account.root) if name in one.id]
    for number in range(1, VMS):
        for one in made:
            store.put(_renamed(one, name, f"{name}-{number}"))


def _renamed(resource: Any, old: str, new: str) -> Any:
    def told(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: told(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [told(inner) for inner in value]
        return value.replace(old, new) if isinstance(value, str) else copy.copy(value)

    properties = told(resource.properties)
    return replace(resource, id=resource.id.replace(old, new), properties=properties)


def _listed(provider: AzureProvider) -> int:
    group = provider.account.resource_group
    return sum(1 for _ in provider.compute.virtual_machines.list(group))


def _raw(provider: AzureProvider) -> int:
    group, network = provider.account.resource_group, provider.network
    count = _listed(provider)
    for listed in (
        provider.compute.virtual_machines.list_all(status_only="true"),
        network.network_interfaces.list(group),
        network.public_ip_addresses.list(group),
    ):
        for _ in listed:
            pass
    return count


def _libcloud(server: Server, provider: AzureProvider) -> Way:
    """Told to list alone, as it would else make two calls for each VM and give up after 300 s. Its
    log-in goes to port 443 whatever it is told, so that it is given a token."""
    import libcloud.security
    from libcloud.common.azure_arm import AzureResourceManagementConnection
    from libcloud.compute.drivers.azure_arm import AzureNodeDriver

    token = provider.credential().get_token(f"{server.url}/.default")

    class Connection(AzureResourceManagementConnection):
        def get_token_from_credentials(self) -> None:
            self.access_token, self.expires_on = token.token, token.expires_on

    class Driver(AzureNodeDriver):
        connectionCls = Connection  # noqa: N815 - its name

    libcloud.security.CA_CERTS_PATH = server.ca_file
    options, at = server.account.options, urlsplit(server.url)
    make: Any = Driver
    driver = make(options.tenant_id, options.subscription_id, options.client_id, "")
    driver.connection.host, driver.connection.port = str(at.hostname), int(at.port or 443)
    driver.connection.connect()
    group = options.resource_group
    return lambda: len(driver.list_nodes(group, ex_fetch_nic=False, ex_fetch_power_state=False))
