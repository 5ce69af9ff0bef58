"""The API from outside: what a caller sends and sees."""

from __future__ import annotations

from typing import Any

import pytest

from novacron.runtime.problems import CONTENT_TYPE
from novacron.tenancy.principal import Principal, Role
from tests.api import ROUTES, call
from tests.world import ALICE, MALLORY, World

ADMIN = Principal(tenant="acme", subject="root", roles=frozenset({Role.ADMIN}))
VIEWER = Principal(tenant="acme", subject="eve", roles=frozenset({Role.VIEWER}))
NOBODY = Principal(tenant="acme", subject="none", roles=frozenset())
VM = {"name": "web", "region": "local", "image": "debian-12", "tags": {"team": "core"}}
VM_BODY = {"account_id": "acc-1", "spec": VM}

BODIES: dict[str, Any] = {
    "POST /vms": VM_BODY,
    "POST /vms/{vm_id}/stop": {"force": True},
    "POST /vms/{vm_id}/resize": {"vcpus": 2, "memory_mib": 512},
    "POST /volumes": {
        "account_id": "acc-1",
        "spec": {"name": "d", "region": "local", "size_gib": 1},
    },
    "POST /volumes/{volume_id}/attach": {"vm_id": "vm-1"},
    "POST /volumes/{volume_id}/resize": {"size_gib": 2},
    "POST /snapshots": {"name": "s", "volume_id": "volume-1"},
    "POST /images": {"name": "i", "snapshot_id": "snapshot-1"},
    "POST /networks": {
        "account_id": "acc-1",
        "spec": {
            "name": "n",
            "region": "local",
            "cidr": "10.0.0.0/16",
            "subnets": [{"name": "a", "cidr": "10.0.1.0/24"}],
        },
    },
    "POST /migrations": {
        "vm_id": "vm-1",
        "spec": {"account_id": "acc-1", "region": "elsewhere"},
    },
    "POST /migrations:assess": {
        "vm_id": "vm-1",
        "spec": {"account_id": "acc-1", "region": "local"},
    },
    "POST /migrations/{migration_id}/roll-back": {"lose_writes": True},
    "POST /waves": {
        "name": "first",
        "moves": [{"vm_id": "vm-1", "spec": {"account_id": "acc-1", "region": "elsewhere"}}],
    },
    "POST /costs:query": {"start": "2026-01-01", "end": "2026-02-01", "group_by": ["resource"]},
    "POST /recommendations/{recommendation_id}/apply": {"confirm": "ours"},
    "PUT /recommendations/rules": {"rules": {"idle-vm": {"grace_hours": 1}}},
    "POST /prices:search": {"vcpus": 2, "regions": ["eu-west-1"]},
    "POST /estimates": {"provider": "aws", "addresses": [{"region": "eu-west-1", "quantity": 1}]},
    "PUT /accounts/{account_id}/bandwidth": {"max_mbit_per_second": 100},
    "PUT /migrations/{migration_id}/bandwidth": {"max_mbit_per_second": None},
    "PUT /accounts/{account_id}/rate-card": {
        "currency": "EUR",
        "flat": {"vcpu_hour": "0.01", "memory_gib_hour": "0.002", "storage_gib_hour": "0.0001"},
    },
    "POST /anomalies/{anomaly_id}/feedback": {"verdict": "expected"},
    "POST /costs:report": {"start": "2026-01-01", "end": "2026-02-01", "format": "csv"},
    "POST /costs:export": {"start": "2026-01-01", "end": "2026-02-01"},
    "POST /costs:sql": {"start": "2026-01-01", "end": "2026-02-01", "sql": "FROM costs"},
    "PUT /costs/settings": {
        "tags": ["env"],
        "rates": {"EUR": {"2026-01-01": "1.1"}},
        "digest": "weekly",
        "urgent": "100",
    },
    "PUT /sovereignty": {"rules": [{"name": "stay", "outside": ["eu"]}]},
    "POST /budgets": {"name": "team", "limit": "100"},
    "PUT /budgets/{budget_id}": {"name": "team", "limit": "100"},
    "POST /budgets/{budget_id}/approve": {"amount": "10"},
    "POST /agents": {"name": "rack"},
    "POST /accounts": {"name": "lab2", "type": "memory"},
    "POST /accounts/{account_id}/rotate": {"secret": {"password": "hunter2"}},
}
AGENTS_OWN = {"/agents/enroll"} | {
    f"/agents/{{agent_id}}/{name}"
    for name in ("poll", "results", "objects", "chunks", "transfer-key", "turns")
}
"""Nobody else's: tests/handlers/test_agents.py."""
ASKING = {f"/costs:{verb}" for verb in ("query", "report", "sql", "export")}
ASKING |= {"/prices:search", "/estimates"}
"""Reads with a body: a viewer may ask, and another tenant's answer has nothing of ours."""
GUARDED = [route for route in ROUTES if route[2] not in AGENTS_OWN | {"/openapi.json"}]
NEW_TO_ANYONE = {"/accounts", "/agents", "/budgets"}


def _create(world: World, path: str, body: dict[str, Any], key: str = "k") -> dict[str, Any]:
    reply = call(ALICE, "POST", path, body, key=key)
    assert reply.status == 202, reply.text
    world.run()
    done = call(VIEWER, "GET", f"/operations/{reply.body['id']}").body
    assert done["state"] == "succeeded", done
    return dict(done)


def _change(world: World, method: str, path: str, body: Any = None, key: str = "c") -> None:
    reply = call(ALICE, method, path, body, key=key)
    assert reply.status == 202, reply.text
    world.run()
    done = call(VIEWER, "GET", f"/operations/{reply.body['id']}").body
    assert done["state"] == "succeeded", done


def test_the_life_of_a_vm(wired: World) -> None:
    vm = _create(wired, "/vms", VM_BODY)["resource_id"]
    shown = call(VIEWER, "GET", f"/vms/{vm}").body
    assert (shown["state"], shown["details"]["tags"]) == ("running", {"team": "core"})
    assert "login" in call(VIEWER, "GET", f"/vms/{vm}/console").body["output"]
    _change(wired, "POST", f"/vms/{vm}/restart", key="r")
    _change(wired, "POST", f"/vms/{vm}/stop", {"force": True}, key="s")
    _change(wired, "POST", f"/vms/{vm}/resize", {"vcpus": 2, "memory_mib": 2048}, key="z")
    _change(wired, "POST", f"/vms/{vm}/start", key="t")
    volume = _create(wired, "/volumes", BODIES["POST /volumes"], key="v")["resource_id"]
    _change(wired, "POST", f"/volumes/{volume}/attach", {"vm_id": vm}, key="a")
    snapshot_body = {"name": "s", "volume_id": volume}
    snapshot = _create(wired, "/snapshots", snapshot_body, key="sn")["resource_id"]
    of_root = _create(wired, "/snapshots", {"name": "r", "vm_id": vm}, key="sr")["resource_id"]
    root = call(VIEWER, "GET", f"/snapshots/{of_root}").body["details"]["volume_id"]
    assert root == call(VIEWER, "GET", f"/vms/{vm}").body["details"]["volume_ids"][0]
    both = {"name": "s", "vm_id": vm, "volume_id": volume}
    assert call(ADMIN, "POST", "/snapshots", both, key="both").status == 400
    image_body = {"name": "i", "snapshot_id": snapshot}
    image = _create(wired, "/images", image_body, key="im")["resource_id"]
    network = _create(wired, "/networks", BODIES["POST /networks"], key="n")["resource_id"]
    _change(wired, "POST", f"/volumes/{volume}/resize", {"size_gib": 3}, key="g")
    _change(wired, "POST", f"/volumes/{volume}/detach", key="d")
    for path in (f"images/{image}", f"snapshots/{snapshot}", f"volumes/{volume}", f"vms/{vm}"):
        _change(wired, "DELETE", f"/{path}", key=path)
    _change(wired, "DELETE", f"/networks/{network}", key="dn")
    assert call(VIEWER, "GET", "/vms").body["items"] == []
    assert [one["id"] for one in call(VIEWER, "GET", "/vms?state=deleted").body["items"]] == [vm]
    assert call(VIEWER, "GET", "/audit/verify").body["intact"]


def test_lists_filter_and_page(wired: World) -> None:
    for n in range(5):
        body = {
            "account_id": "acc-1",
            "spec": {**VM, "name": f"web-{n}", "tags": {"n": str(n % 2)}},
        }
        _create(wired, "/vms", body, key=f"k{n}")
    names = [one["name"] for one in call(VIEWER, "GET", "/vms?tag=n%3D1").body["items"]]
    assert sorted(names) == ["web-1", "web-3"]
    assert len(call(VIEWER, "GET", "/vms?name=web-4&state=running").body["items"]) == 1
    seen, cursor = [], ""
    while True:
        page = call(VIEWER, "GET", f"/vms?limit=2{cursor}").body
        seen += [one["name"] for one in page["items"]]
        if not page.get("next_cursor"):
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == [f"web-{n}" for n in range(5)]


def test_the_same_key_gives_the_same_answer_and_another_body_conflicts(wired: World) -> None:
    first = call(ALICE, "POST", "/vms", VM_BODY, key="once")
    assert call(ALICE, "POST", "/vms", VM_BODY, key="once").body == first.body
    other = call(ALICE, "POST", "/vms", {**VM_BODY, "spec": {**VM, "name": "x"}}, key="once")
    assert (other.status, other.body["code"]) == (409, "conflict")
    assert len(call(VIEWER, "GET", "/operations").body["items"]) == 1


@pytest.mark.parametrize(("method", "pattern", "path", "module"), GUARDED)
def test_no_endpoint_answers_a_stranger(
    wired: World, method: str, pattern: object, path: str, module: str
) -> None:
    """No identity: 401. No role: 403. Another tenant: nothing of ours is there."""
    vm = _create(wired, "/vms", VM_BODY)["resource_id"]
    volume = _create(wired, "/volumes", BODIES["POST /volumes"], key="v")["resource_id"]
    ours = {"vm_id": vm, "volume_id": volume, "account_id": "acc-1", "snapshot_id": "snapshot-1"}
    url = path
    for name, value in {
        **ours,
        "network_id": "n",
        "image_id": "i",
        "operation_id": "op-1",
        "verb": "pause",
    }.items():
        url = url.replace("{" + name + "}", value)
    body = BODIES.get(f"{method} {path}")
    key = None if method == "GET" else "stranger"
    assert call(None, method, url, body, key=key).status == 401
    assert call(NOBODY, method, url, body, key=key).status == 403
    if "{" in path or (method == "POST" and path not in ASKING):
        crossing = call(MALLORY, method, url, body, key=key)
        assert crossing.status in (404, 409) or path in NEW_TO_ANYONE, crossing.text
    else:
        seen = call(MALLORY, method, url, body, key=key)
        assert vm not in seen.text
        assert "acc-1" not in seen.text
    assert call(VIEWER, "GET", f"/vms/{vm}").body["state"] == "running"


@pytest.mark.parametrize(("method", "pattern", "path", "module"), GUARDED)
def test_viewers_change_nothing_and_it_is_audited(
    wired: World, method: str, pattern: object, path: str, module: str
) -> None:
    if method == "GET" or path in ASKING:
        return
    url = path.replace("{verb}", "pause").replace("{", "").replace("}", "")
    reply = call(VIEWER, method, url, BODIES.get(f"{method} {path}"), key="k")
    assert (reply.status, reply.body["code"]) == (403, "permission_denied")
    entries = call(ADMIN, "GET", "/audit").body["items"]
    assert [(one["subject"], one["outcome"]) for one in entries] == [("eve", "denied")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"spec": VM}, "body.account_id"),
        ({"account_id": "acc-1", "spec": {**VM, "vcpus": 0}}, "body.spec.vcpus"),
        ({"account_id": "acc-1", "spec": {**VM, "nme": "x"}}, "body.spec.nme"),
        ({"account_id": "acc-none", "spec": VM}, "account_id"),
    ],
)
def test_bad_input_names_the_field(wired: World, body: dict[str, Any], field: str) -> None:
    reply = call(ALICE, "POST", "/vms", body, key="k")
    assert reply.status in (400, 404)
    assert reply.headers["Content-Type"] == CONTENT_TYPE
    assert [fault["field"] for fault in reply.body["faults"]] == [field]
    assert call(VIEWER, "GET", "/operations").body["items"] == []


def test_a_mutation_needs_a_key(wired: World) -> None:
    reply = call(ALICE, "POST", "/vms", VM_BODY)
    assert reply.status == 400
    assert reply.body["faults"][0]["field"] == "header.idempotency-key"


def test_a_credential_goes_in_and_never_comes_out(
    wired: World, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"name": "lab2", "type": "memory", "secret": {"password": "hunter2"}}
    made = call(ADMIN, "POST", "/accounts", body, key="k")
    assert made.status == 201, made.text
    replies = [made, call(ADMIN, "POST", "/accounts", body, key="k")]
    account = made.body["id"]
    rotated = {"secret": {"password": "hunter3"}}
    replies.append(call(ADMIN, "POST", f"/accounts/{account}/rotate", rotated, key="r"))
    replies += [call(ADMIN, "GET", p) for p in ("/accounts", f"/accounts/{account}", "/audit")]
    replies.append(call(ADMIN, "POST", f"/accounts/{account}/validate", key="v"))
    replies.append(call(ADMIN, "GET", "/health"))
    assert [reply.status for reply in replies] == [201, 201, 200, 200, 200, 200, 200, 200]
    table = wired.services.store.table.client.scan(TableName="novacron")
    told = "".join(reply.text for reply in replies) + capsys.readouterr().out + str(table)
    assert "hunter" not in told
    assert wired.services.providers.secrets.read(f"acme/{account}") == {"password": "hunter3"}
    assert call(ADMIN, "DELETE", f"/accounts/{account}", key="d").status == 200
    assert call(ADMIN, "GET", f"/accounts/{account}").status == 404


def test_an_unexpected_error_tells_nothing(wired: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(wired.services.store, "resource", broken)
    reply = call(VIEWER, "GET", "/vms/vm-1")
    assert (reply.status, reply.body["code"]) == (500, "internal")
    assert "secret detail" not in reply.text
    assert "Traceback" not in reply.text
