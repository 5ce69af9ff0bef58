"""200 parallel creates against a budget for 10: exactly 10 pass, and every counter agrees.

Through the handlers' own code, a process for each request, on MiniStack's DynamoDB with the
conflicts of the real one (``conflicts``). Before that, 20 creates at once against the same budget
without a guard all pass: nothing else holds them back.
"""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from typing import Any

from infra.local.stack import control_plane
from infra.local.stack.ports import ports
from infra.proofs.conflicts import Conflicts, conflicting
from infra.proofs.racing import codes, environment, race
from novacron.audit.log import AuditLog
from novacron.costs.budgets.count import count
from novacron.costs.budgets.periods import money, rate, window
from novacron.models.account import ProviderType
from novacron.models.base import PageRequest
from novacron.models.cost_import import CostSettings
from novacron.models.provider_account import ProviderAccount
from novacron.models.vm import VmSpec
from novacron.operations.services import utc_now
from novacron.providers.memory.costs import estimate
from novacron.runtime.aws import services
from novacron.store.budget_counters import BudgetCounters
from novacron.store.budgets import BudgetStore
from novacron.store.costs import CostStore
from novacron.tenancy.principal import Principal, Role
from tests.api import call
from tests.world import create_table

FOLDER = control_plane.ROOT / ".novacron" / "budget-race"
CREATES, ROOM, UNGUARDED = 200, 10, 20
WHO = Principal(tenant="acme", subject="root", roles=frozenset({Role.ADMIN}))
SPEC = {"name": "web", "region": "local", "image": "debian-12"}


def prove() -> str:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    port = ports(FOLDER / "ports.json", ["control-plane"])["control-plane"]
    service = control_plane.service(FOLDER, port)
    service.start()
    try:
        with conflicting(port) as (door, conflicts), environment(_told(door, port)):
            return _prove(conflicts)
    finally:
        service.stop()


def _told(door: int, port: int) -> dict[str, str]:
    here = control_plane.credentials(port)
    trust = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}}
    policy = {"Version": "2012-10-17", "Statement": [{**trust, "Action": "sts:AssumeRole"}]}
    role = control_plane.client("iam", port).create_role(
        RoleName="machine", AssumeRolePolicyDocument=json.dumps(policy)
    )
    machine = control_plane.client("stepfunctions", port).create_state_machine(
        name="provision",
        definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
        roleArn=role["Role"]["Arn"],
    )
    return {
        **here,
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{door}",
        "NOVACRON_TABLE": "novacron",
        "NOVACRON_PROVISION_MACHINE": machine["stateMachineArn"],
        "NOVACRON_QUOTAS": "vm=1000",
    }


def _prove(conflicts: Conflicts) -> str:
    create_table("novacron")
    account = ProviderAccount(
        id="acc-1",
        tenant=WHO.tenant,
        name="lab",
        type=ProviderType.MEMORY,
        settings={},
        created_at=utc_now(),
    )
    services().store.save_account(account)
    settings = CostSettings(tags=["project"])
    CostStore(services().store.table).save_settings(WHO.tenant, settings)
    open_door = _budget("open", "off", Decimal(1))
    replies, _ = race(WHO, "/vms", [_body("open", n) for n in range(UNGUARDED)], "open")
    if codes(replies) != {"202": UNGUARDED}:
        raise AssertionError(f"without a guard: {codes(replies)}")
    guarded = _budget("team", "refuse", round(_cost() * ROOM + _cost() / 2, 2))
    replies, repeats = race(WHO, "/vms", [_body("team", n) for n in range(CREATES)], "team")
    found = codes(replies)
    if found != {"202": ROOM, "budget_exceeded": CREATES - ROOM}:
        raise AssertionError(f"{CREATES} creates against a budget for {ROOM}: {found}")
    left = [_agrees(budget) for budget in (open_door, guarded)]
    return (
        f"{CREATES} creates at once against a budget for {ROOM}: {found['202']} passed, "
        f"{found['budget_exceeded']} refused with budget_exceeded; {left[1]} USD left, as counted "
        f"anew; {conflicts.met.value} transactions met another, {repeats} requests were repeated; "
        f"{UNGUARDED} of {UNGUARDED} pass without a guard"
    )


def _body(project: str, number: int) -> dict[str, Any]:
    spec = {**SPEC, "name": f"{project}-{number}", "tags": {"project": project}}
    return {"account_id": "acc-1", "spec": spec}


def _budget(project: str, guard: str, limit: Decimal) -> str:
    body = {
        "name": project,
        "scope": {"tags": {"project": project}},
        "guard": guard,
        "limit": str(limit),
    }
    reply = call(WHO, "POST", "/budgets", body, key=project)
    if reply.status != 201:
        raise AssertionError(reply.text)
    return str(reply.body["id"])


def _cost() -> Decimal:
    """Of one VM until the month ends."""
    hourly = estimate(VmSpec.model_validate(SPEC)).hourly
    store, now = BudgetStore(services().store.table), utc_now()
    period = window(store.of(WHO.tenant)[0], now)
    if period is None:
        raise AssertionError("no period is under way")
    return money(rate(hourly) * int((period.end - now).total_seconds()))


def _agrees(budget_id: str) -> Decimal:
    """What is left; AssertionError where counters, reservations, quota or audit disagree."""
    here = services()
    counters, now = BudgetCounters(here.store.table), utc_now()
    moved = counters.counters(WHO.tenant)[budget_id]
    budget = BudgetStore(here.store.table).get(WHO.tenant, budget_id)
    period = window(budget, now)
    if period is None or count(here, budget, period).left != moved.left:
        raise AssertionError(f"{budget.name}: {money(moved.left)} left is not what is counted")
    held = sum(one.open is not None for one in counters.reservations(WHO.tenant))
    used = here.store.used(WHO.tenant)["vm"]
    begun = len(here.store.operations(WHO.tenant, PageRequest(limit=1000)).items)
    if not held == used == begun == ROOM + UNGUARDED:
        raise AssertionError(f"{held} held, {used} counted, {begun} begun")
    if not AuditLog(here.store.table, utc_now).verify(WHO.tenant).intact:
        raise AssertionError("the audit chain is broken")
    return money(moved.left)
