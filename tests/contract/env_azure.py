"""Azure: the real SDK against the strict local subscription."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.azure_account import Server, start_in_thread
from infra.local.azure_account.networks.dns import ZONE
from infra.local.azure_account.store import Resource
from novacron.models.base import Ownership
from novacron.models.guest import GuestResult
from novacron.models.network import NetworkSpec, SubnetSpec
from novacron.providers.azure.provider import AzureProvider
from tests.contract.env import Env
from tests.contract.wire import Exchange, Wire
from tests.integration.azure_account.specification import Specification, described, put_complaints

REASON_TO_SKIP: str | None = None
TRANSITION = 5.0
IMAGE = "ubuntu-24.04"
SECTOR = 512


def account_settings(server: Server) -> dict[str, str]:
    return server.account.options.settings(server.url, server.ca_file)


def secret(server: Server) -> dict[str, str]:
    return {"client_secret": server.account.options.client_secret}


def judge() -> Callable[[Exchange], list[str]]:
    """Of the described shape, and of what the newer schemas say of a body that is put."""
    specification = Specification()

    def complaints(exchange: Exchange) -> list[str]:
        put = exchange["method"] == "PUT" and described(exchange)
        return specification.complaints(exchange) + (put_complaints(exchange) if put else [])

    return complaints


@contextmanager
def open_env(folder: Path) -> Iterator[Env]:
    server = start_in_thread(folder, transition_describes=0)
    account = server.account
    recording = folder / "exchanges.jsonl"
    account.switches.exchanges = str(recording)
    settings, region = account_settings(server), account.options.location
    network = AzureProvider.from_settings(settings, secret(server)).create_network(
        NetworkSpec(
            name="home",
            region=region,
            cidr="10.0.0.0/16",
            subnets=[SubnetSpec(name="a", cidr="10.0.0.0/20")],
        ),
        Ownership(tenant="contract", operation="home"),
    )
    account.switches.transition_seconds = TRANSITION

    def settle() -> None:
        account.clock.advance(2 * TRANSITION)

    def content(volume_id: str) -> str:
        place = f"{account.root}/resourceGroups/{account.options.resource_group}"
        disk = account.store.get(f"{place}/providers/Microsoft.Compute/disks/{volume_id}")
        assert disk is not None
        return str(disk.private["content"])

    def write_block(volume_id: str, index: int, data: bytes) -> None:
        account.contents.write(content(volume_id), index * SECTOR, data)

    def read_block(volume_id: str, index: int) -> bytes | None:
        return account.contents.read(content(volume_id), index * SECTOR, SECTOR)

    def make_zone(domain: str) -> str:
        place = f"{account.root}/resourceGroups/{account.options.resource_group}"
        zone = f"{place}/providers/Microsoft.Network/dnszones/{domain}"
        account.store.put(Resource(zone, ZONE, "global"))
        return domain

    def agent(vm_id: str, shell: Callable[[str], GuestResult]) -> None:
        def run(_: str, script: str) -> tuple[int, str, str]:
            told = shell(script)
            return told.exit_code, told.output, ""

        account.shells[vm_id] = run

    try:
        yield Env(
            name="azure",
            provider=AzureProvider.from_settings(
                {**settings, "default_subnet": network.subnets[0].id}, secret(server)
            ),
            region=region,
            image=IMAGE,
            settle=settle,
            instance_type="Standard_B2s",
            other_type="Standard_D2s_v5",
            # A managed image is a copy of its own:
            # https://learn.microsoft.com/en-us/azure/virtual-machines/capture-image-resource
            image_holds_snapshot=False,
            write_block=write_block,
            read_block=read_block,
            make_zone=make_zone,
            agent=agent,
            wire=Wire(recording, judge()),
        )
    finally:
        server.stop()
