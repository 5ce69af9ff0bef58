"""Another tenant's administrator tries every route that there is with ids that are ours."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.schedules.reconcile import lambda_handler
from infra.openapi import document
from novacron.costs.budgets.manage import create_budget
from novacron.migration.context import migration_id
from novacron.migration.control import begin
from novacron.migration.waves import begin_wave
from novacron.models.budget import CreateBudget
from novacron.models.migration import CreateMigration, MigrationSpec
from novacron.models.operation import ResourceKind, ResourceRecord
from novacron.models.recommendation import RecommendationKind
from novacron.models.wave import CreateWave, Move
from novacron.tenancy.principal import Principal, Role
from tests.agents import enrolled
from tests.api import ROUTES, call
from tests.handlers.advising import ADVICE, advice
from tests.handlers.foreseeing import FOUND, find
from tests.handlers.spending import spend
from tests.handlers.test_api import AGENTS_OWN, BODIES, NEW_TO_ANYONE
from tests.world import ALICE, MALLORY, World

PATHS = document()["paths"]
BUDGET = CreateBudget.model_validate({"name": "ours", "limit": "1000"})
AGENT = Principal(tenant="umbrella", subject="agent-own", roles=frozenset({Role.AGENT}))
SIGNED = {"number": "1", "forget": "4000000000"}


def _token(ids: dict[str, str]) -> str:
    """A guess at what enrols our agent."""
    return base64.urlsafe_b64encode(f"acme:{ids['agent_id']}:guess".encode()).decode()


def _bodies(ids: dict[str, str]) -> dict[str, Any]:
    health = {"healthy": True, "detail": "well"}
    line = {"migration_id": ids["migration_id"], "account_id": ids["account_id"]}
    result = {"id": "0" * 32, "slot": "1" * 32, "outcome": {"value": 1}}
    return {
        **BODIES,
        "POST /agents/enroll": {"token": _token(ids), "public_key": "A" * 43},
        "POST /agents/{agent_id}/poll": {"health": health},
        "POST /agents/{agent_id}/results": {"items": [result]},
        "POST /agents/{agent_id}/objects": {"method": "get", "paths": ["acme/packs/x"]},
        "POST /agents/{agent_id}/chunks": {"find": ["A" * 43 + "="]},
        "POST /agents/{agent_id}/turns": {"line": line, "size": 1},
    }


def _expected(method: str, path: str, named: bool) -> int:
    if named:
        return 404
    if path == "/agents/enroll":
        return 401
    return 201 if method == "POST" and path in NEW_TO_ANYONE else 200


def _ours(world: World, folder: Path) -> dict[str, str]:
    """Path parameter -> an id of ours; a resource of each kind is there, and it cost something."""
    store = world.services.store
    spend(world.services, world.account, folder)
    find(world.services)
    ids = {
        "account_id": world.account.id,
        "operation_id": world.create_vm("ours").id,
        "agent_id": enrolled().agent_id,
        "budget_id": create_budget(world.services, "acme", BUDGET).id,
        "anomaly_id": FOUND.id,
    }
    for kind in ResourceKind:
        now = world.clock()
        record = ResourceRecord(
            id=f"{kind.value}-ours",
            tenant="acme",
            kind=kind,
            account_id=world.account.id,
            provider_id=f"{kind.value}-native",
            name="ours",
            region="local",
            state="ready",
            observed_at=now,
            created_at=now,
        )
        store.adopt(record, world.account.type)
        ids[f"{kind.value}_id"] = record.id
    moving = CreateMigration(
        vm_id="vm-ours", spec=MigrationSpec(account_id=world.account.id, region="elsewhere")
    )
    advice(world.services, RecommendationKind.IDLE_VM, "vm-ours")
    ids["recommendation_id"] = ADVICE
    ids["migration_id"] = migration_id(begin(world.services, ALICE, moving, "ours").id)
    wave = CreateWave(name="ours", moves=[Move(**moving.model_dump())])
    ids["wave_id"] = begin_wave(world.services, ALICE, wave, "our wave").resource_id
    ids["verb"] = "cancel"
    return ids


def _everything(world: World) -> dict[str, Any]:
    """All items of ours; Mallory's own log and keys aside."""
    items = world.services.store.table.client.scan(TableName="novacron")["Items"]
    return {str(i["pk"]) + str(i["sk"]): i for i in items if "T#acme" in str(i["pk"])}


def _aimed(body: Any, ids: dict[str, str]) -> Any:
    """``body`` with every id in it one of ours."""
    if isinstance(body, dict):
        return {k: ids[k] if k in ids else _aimed(v, ids) for k, v in body.items()}
    return body


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route[0]} {route[2]}")
def test_no_route_crosses_tenants(
    wired: World, tmp_path: Path, route: tuple[str, re.Pattern[str], str, str]
) -> None:
    method, _, path, _ = route
    operation = PATHS[path][method.lower()]
    ids = _ours(wired, tmp_path)
    body = _bodies(ids).get(f"{method} {path}")
    assert body is not None or "requestBody" not in operation, "give the new route a body"
    wired.machine.waiting.clear()
    before = _everything(wired)
    url = path.format(**ids)
    key = None if method == "GET" else "crossing"
    who, signed = (AGENT, SIGNED) if path in AGENTS_OWN else (MALLORY, None)
    reply = call(who, method, url, _aimed(body, ids), key=key, signed=signed)
    named = "{" in path or "_id" in json.dumps(body or {})
    if path != "/openapi.json":
        assert reply.status == _expected(method, path, named), reply.text
    told = reply.text
    for one in set(ids.values()):
        told = told.replace(one, "") if one in url or one in json.dumps(_aimed(body, ids)) else told
        assert one not in told
    assert _everything(wired) == before
    assert wired.machine.waiting == []


def test_a_cursor_of_ours_reads_nothing_of_ours(wired: World) -> None:
    for n in range(3):
        wired.create_vm(f"vm-{n}")
    cursor = call(ALICE, "GET", "/vms?limit=1").body["next_cursor"]
    assert call(MALLORY, "GET", f"/vms?limit=1&cursor={cursor}").body["items"] == []


def test_a_request_and_a_job_are_counted_in_emf(
    wired: World, capsys: pytest.CaptureFixture[str]
) -> None:
    call(MALLORY, "GET", "/vms/vm-none")
    lambda_handler({}, None)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    told = {one["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"]: one for one in lines}
    assert told["Requests"]["Requests"] == [1.0]
    assert told["Requests"]["Status"] == "4xx"
    assert told["Jobs"]["Jobs"] == [1.0]
    assert {one["_aws"]["CloudWatchMetrics"][0]["Namespace"] for one in lines} == {"NovaCron"}


def test_health_tells_of_each_account(wired: World) -> None:
    [shown] = call(ALICE, "GET", "/health").body["items"]
    assert (shown["account_id"], shown["healthy"]) == ("acc-1", True)
    assert call(MALLORY, "GET", "/health").body["items"] == []
