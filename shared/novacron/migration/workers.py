"""Workers of a migration: hired, lent to its exports and imports, dismissed.

One for each side of a migration is enough: every round's disks are attached to the same one. A
worker that has died is found by its silence and replaced; what its jobs had reported is kept.
The token that enrols its agent travels in the VM's metadata, which whoever may look at the VM in
the cloud's account can read, and everything that runs on it: it is good for one use within the hour
in which the worker uses it, and what it enrols can do nothing but poll for its own jobs.
"""

from __future__ import annotations

import shlex
from datetime import timedelta
from hashlib import sha256
from importlib.resources import files
from typing import TypeVar

from novacron.errors import AlreadyExists, NotFound, NotReady, Unsupported
from novacron.models.agent import AgentRecord
from novacron.models.base import Model, Name, Ownership, ResourceId
from novacron.models.transfer import Export, Import, TransferState
from novacron.models.vm import Vm, VmFilter, VmState
from novacron.operations.agents import AgentDesk, agent_id_of, new_agent
from novacron.operations.courier import SILENT
from novacron.providers.base import CloudProvider, iterate
from novacron.providers.workers import AGENT, WORKER, Workers, WorkerSpec

BOOT = timedelta(minutes=15)
"""A worker whose agent was not heard of for so long after it was hired never will be."""
COMING = (VmState.PENDING, VmState.RUNNING)
M = TypeVar("M", Export, Import)


class Order(Model):
    """The worker of one side of one migration. ``name`` is its own within the tenant."""

    name: Name
    region: str
    zone: str | None = None
    """That of the disks that it is for."""
    url: str
    """The API's."""
    package: str
    """What pip installs: "novacron[cli]", or the URL of a wheel, with a signature or without:
    "novacron[cli] @ https://..."."""
    subnet_id: ResourceId | None = None
    public_ip: bool = True
    instance_type: str | None = None


class Worker(Model):
    vm_id: ResourceId
    agent: str


def hire(desk: AgentDesk, provider: CloudProvider, order: Order, owner: Ownership) -> Worker:
    """The worker, alive. NotReady until it is: call again, one caller at a time.

    Raises what ``create_vm`` does; Unsupported when the provider needs no workers.
    """
    record, vms = _record(desk, owner, order.name), _vms(provider, owner, order.name)
    if record is not None:
        is_there = len(vms) == 1 and vms[0].state in COMING
        if is_there and _alive(desk, record):
            return Worker(vm_id=vms[0].id, agent=record.id)
        # A list may show a new VM late.
        is_new = not vms and desk.now() - record.created_at <= SILENT
        if is_new or (is_there and not _lost(desk, record)):
            raise NotReady(f"The worker {order.name} is starting.")
        desk.agents.delete(owner.tenant, record.id)
    if vms:
        _delete(provider, vms)
        raise NotReady(f"The worker {order.name} has died, and is being removed.")
    _start(desk, provider, order, owner)
    raise NotReady(f"The worker {order.name} is starting.")


def is_silent(desk: AgentDesk, name: str, owner: Ownership) -> bool:
    """Whether the worker of that name answers no more, or never did."""
    record = _record(desk, owner, name)
    return record is None or not _alive(desk, record)


def take_back(moved: M) -> M:
    """Open no more: ``get_export`` or ``get_import`` is to be asked with another worker."""
    if moved.state is not TransferState.OPEN or WORKER not in moved.access:
        return moved
    left = {name: value for name, value in moved.access.items() if name not in (WORKER, AGENT)}
    return moved.model_copy(update={"state": TransferState.PENDING, "access": left})


def lend(moved: M, worker: Worker) -> M:
    """What ``get_export`` or ``get_import`` is to be asked with, so that it opens."""
    access = {**moved.access, WORKER: worker.vm_id, AGENT: worker.agent}
    return moved.model_copy(update={"access": access})


def dismiss(desk: AgentDesk, provider: CloudProvider, name: str, owner: Ownership) -> None:
    """Remove VM and agent. NotReady until nothing is left that bills; then it is fine again."""
    desk.agents.delete(owner.tenant, agent_id_of(owner.tenant, _key(name)))
    if vms := _vms(provider, owner, name):
        _delete(provider, vms)
        raise NotReady(f"The worker {name} is being removed.")


def script(order: Order, token: str) -> str:
    told = {"URL": order.url, "TOKEN": token, "PACKAGE": order.package}
    lines = [f"{name}={shlex.quote(value)}" for name, value in told.items()]
    body = files("novacron.migration").joinpath("worker.sh").read_text()
    return "\n".join(["#!/bin/bash", *lines, body])


def _start(desk: AgentDesk, provider: CloudProvider, order: Order, owner: Ownership) -> None:
    if not isinstance(provider, Workers):
        raise Unsupported(f"{provider.type.value} needs no workers.")
    try:
        made = new_agent(desk, owner.tenant, order.name, _key(order.name))
    except AlreadyExists as error:
        raise NotReady(f"The worker {order.name} is being hired.") from error
    spec = WorkerSpec(
        **order.model_dump(exclude={"url", "package"}),
        startup_script=script(order, made.token),
        attempt=sha256(made.token.encode()).hexdigest()[:8],
    )
    provider.start_worker(spec, owner)


def _record(desk: AgentDesk, owner: Ownership, name: str) -> AgentRecord | None:
    try:
        return desk.agents.agent(owner.tenant, agent_id_of(owner.tenant, _key(name)))
    except NotFound:
        return None


def _vms(provider: CloudProvider, owner: Ownership, name: str) -> list[Vm]:
    where = VmFilter(tenant=owner.tenant, name=name)
    return list(iterate(provider.list_vms, where))


def _delete(provider: CloudProvider, vms: list[Vm]) -> None:
    for vm in vms:
        try:
            provider.delete_vm(vm.id)
        except NotFound:
            continue


def _alive(desk: AgentDesk, record: AgentRecord) -> bool:
    return record.last_seen is not None and desk.now() - record.last_seen <= SILENT


def _lost(desk: AgentDesk, record: AgentRecord) -> bool:
    """Silent, or never heard of although it had the time."""
    since = record.last_seen or record.created_at + BOOT - SILENT
    return desk.now() - since > SILENT


def _key(name: str) -> str:
    return f"worker/{name}"
