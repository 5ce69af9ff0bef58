"""Another tenant's administrator tries every route that there is with ids that are ours."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from functions.schedules.reconcile import lambda_handler
from infra.openapi import document
from novacron.models.operation import ResourceKind, ResourceRecord
from tests.api import ROUTES, call
from tests.handlers.test_api import BODIES
from tests.world import ALICE, MALLORY, World

PATHS = document()["paths"]
CREATES = {"/accounts"}
"""Routes that make something new of Mallory's own, and so answer 2xx."""


def _ours(world: World) -> dict[str, str]:
    """Path parameter -> an id of ours; a resource of each kind is there."""
    store = world.services.store
    ids = {"account_id": world.account.id, "operation_id": world.create_vm("ours").id}
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
    wired: World, route: tuple[str, re.Pattern[str], str, str]
) -> None:
    method, _, path, _ = route
    operation = PATHS[path][method.lower()]
    body = BODIES.get(f"{method} {path}")
    assert body is not None or "requestBody" not in operation, "give the new route a body"
    ids = _ours(wired)
    wired.machine.waiting.clear()
    before = _everything(wired)
    url = path.format(**ids)
    key = None if method == "GET" else "crossing"
    reply = call(MALLORY, method, url, _aimed(body, ids), key=key)
    named = "{" in path or "_id" in json.dumps(body or {})
    if named:
        assert reply.status == 404, reply.text
    elif path not in CREATES and path != "/openapi.json":
        assert reply.status == 200, reply.text
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
