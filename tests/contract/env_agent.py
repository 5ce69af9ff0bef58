"""libvirt through a host agent: the same real guests, by commands that the agent fetches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from infra.local.onprem import host
from novacron.operations.services import Providers, Services, utc_now
from novacron.providers.transfer import DiskExport, DiskImport
from novacron.store.agents import AgentStore
from novacron.store.store import Store
from novacron.store.table import Table
from tests import agents
from tests.api import call
from tests.contract.env import Env
from tests.contract.env_libvirt import env_of, settings
from tests.gateway import wire
from tests.world import Machine, Secrets, aws

REASON_TO_SKIP: str | None = host.missing()


@contextmanager
def open_env(folder: Path) -> Iterator[Env]:
    from novacron.providers.libvirt.provider import LibvirtProvider

    running = host.start(folder)
    try:
        with pytest.MonkeyPatch.context() as patch, aws(patch) as client:
            table = Table("novacron", client)
            courier = agents.Prompt(AgentStore(table), utc_now)
            services = Services(
                store=Store(table),
                providers=Providers(Secrets(), courier=courier),
                starter=Machine(),
            )
            wire(services, patch)
            mine = agents.enrolled()
            served = LibvirtProvider.from_settings(settings(running), {})
            courier.agent = agents.agent(mine, folder, served)
            courier.agent.turn()
            body = {"name": "rack", "type": "agent", "settings": {"agent": mine.agent_id}}
            made = call(agents.ADMIN, "POST", "/accounts", body, key="account")
            assert made.status == 201, made.text
            account = services.store.account("acme", made.body["id"])
            env = env_of("agent", services.providers.of(account), running)
            disks: Any = served
            if isinstance(served, DiskExport) and isinstance(served, DiskImport):
                env.reader, env.writer = lambda _: disks, lambda _: disks
            else:
                env.moves_disks = False
            yield env
    finally:
        running.stop()
