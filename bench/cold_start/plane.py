"""The control plane: a table with accounts and operations, and their secrets."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.cold_start.clouds import AGENT, DOMAIN, Account
from novacron.models.account import Health, ProviderType
from novacron.models.agent import AgentRecord
from novacron.models.base import Ownership
from novacron.models.network import NetworkSpec, SubnetSpec
from novacron.models.operation import Operation, OperationKind, ResourceKind, ResourceRecord
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import VmSpec
from novacron.operations.kinds import StopArguments
from novacron.operations.services import Services, utc_now
from novacron.operations.submit import submit_change, submit_create
from novacron.providers.memory.cloud import REGION
from novacron.runtime.aws import services
from novacron.store.agents import AgentStore
from novacron.tenancy.principal import Principal, Role

WHO = Principal(tenant="acme", subject="root", roles=frozenset(Role))


@contextmanager
def plane(accounts: dict[str, Account], folder: Path) -> Iterator[Services]:
    """Of moto, in this process; functions find it by the environment."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    told = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "NOVACRON_TABLE": "novacron",
        "NOVACRON_MEMORY_DIR": str(folder),
        "NOVACRON_ENDPOINTS": ",".join(
            value for settings, _ in accounts.values() for value in settings.values() if value
        ),
    }
    before = dict(os.environ)
    os.environ.update(told)
    try:
        here = replace(services(), starter=_Nobody())
        _seed(here, accounts)
        yield here
    finally:
        os.environ.clear()
        os.environ.update(before)
        server.stop()


class _Nobody:
    """The states are run by the bench."""

    def start(self, operation: Operation) -> None:
        pass

    def running(self, operation: Operation) -> bool:  # noqa: ARG002
        return True

    def go_on(self, token: str) -> None:
        pass


def _seed(here: Services, accounts: dict[str, Account]) -> None:
    from tests.world import create_table

    create_table("novacron")
    now = utc_now()
    for name, (settings, secret) in accounts.items():
        told: dict[str, Any] = {"id": name, "tenant": "acme", "name": name, "settings": settings}
        told |= {"type": ProviderType(name), "created_at": now}
        if secret:
            told["secret_id"] = here.providers.secrets.write("acme", name, secret)
        here.store.save_account(ProviderAccount.model_validate(told))
    health = Health(healthy=True, detail="")
    seen = {"enrolled_at": now, "last_seen": now, "health": health, "token_expires_at": now}
    agent = {"id": AGENT, "tenant": "acme", "name": "cold", "created_at": now, **seen}
    AgentStore(here.store.table).add(AgentRecord.model_validate(agent))


def begun(here: Services, account: str, run: int) -> Operation:
    """An operation that no state has worked on: the create of a VM; on libvirt the stop of one."""
    key = f"cold-{account}-{run}"
    if account == "libvirt":
        record = _domain(here, run)
        body = StopArguments()
        return submit_change(here, WHO, OperationKind.VM_STOP, record.id, body, key)
    region = here.store.account("acme", account).settings.get("region", REGION)
    spec = VmSpec(name=f"cold-{run}", region=region, image="debian-12", vcpus=1, memory_mib=1024)
    if account == "azure":  # which has no network from the start
        spec = spec.model_copy(update={"subnet_id": _subnet(here, account, region)})
    return submit_create(here, WHO, OperationKind.VM_CREATE, account, spec, key)


def _domain(here: Services, run: int) -> ResourceRecord:
    now = utc_now()
    told = {"account_id": "libvirt", "name": "cold", "region": "onprem", "state": "running"}
    told |= {"id": f"vm-cold{run}", "tenant": "acme", "provider_id": DOMAIN}
    times = {"observed_at": now, "created_at": now}
    record = ResourceRecord.model_validate({**told, **times, "kind": ResourceKind.VM})
    here.store.adopt(record, ProviderType.LIBVIRT)
    return record


def _subnet(here: Services, account: str, region: str) -> str:
    parts = [SubnetSpec(name="a", cidr="10.0.0.0/24")]
    spec = NetworkSpec(name="cold", region=region, cidr="10.0.0.0/16", subnets=parts)
    provider = here.providers.of(here.store.account("acme", account))
    return provider.create_network(spec, Ownership(tenant="acme", operation="cold")).subnets[0].id
