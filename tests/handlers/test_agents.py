"""Agents: enrolled once, known by their signature, confined to their own routes and tenant."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from novacron.agent.client import Client, enrol
from novacron.agent.identity import Identity, new_key
from novacron.errors import AuthenticationFailed, NotReady, ProviderUnavailable
from novacron.models.account import Health
from novacron.models.base import Ownership
from novacron.models.operation import ResourceKind
from novacron.models.vm import VmSpec
from novacron.operations.courier import AgentQueue
from novacron.operations.reconcile import Report, reconcile
from novacron.providers.memory.provider import MemoryProvider
from novacron.store.agents import AgentStore
from novacron.tenancy.agents import AUDIENCE, ISSUER, sign
from tests.agents import ADMIN, agent, enrolled, serve
from tests.api import Reply, call
from tests.gateway import URL, Gateway
from tests.world import ALICE, MALLORY, World

WELL = Health(healthy=True, detail="well")
POLL = {"holding": [], "health": {"healthy": True, "detail": "well"}}


@pytest.fixture
def courier(wired: World) -> AgentQueue:
    made = AgentQueue(AgentStore(wired.services.store.table), wired.services.now)
    wired.services.providers.courier = made
    return made


def send(identity: Identity, path: str, body: Any = None, token: str | None = None) -> int:
    """A request that the agent signs, or that carries ``token``; its status."""
    number = uuid.uuid4().hex
    signed = token or sign(
        identity.key, identity.tenant, identity.agent_id, datetime.now(UTC), number
    )
    with httpx.Client(transport=Gateway(), base_url=URL) as http:
        headers = {"Authorization": f"Bearer {signed}", "Content-Type": "application/json"}
        method = "GET" if body is None else "POST"
        return http.request(method, path, headers=headers, content=json.dumps(body)).status_code


def denials() -> list[tuple[str, str]]:
    entries = call(ADMIN, "GET", "/audit").body["items"]
    return [(one["subject"], one["action"]) for one in entries if one["outcome"] == "denied"]


def test_a_token_enrols_once_within_an_hour(wired: World) -> None:
    made = call(ADMIN, "POST", "/agents", {"name": "rack"}, key="k")
    token, (_, public) = made.body["token"], new_key()
    for wrong in ("", "x", "é", token[:-8] + "AAAAAAAA", "YTpiOmM="):
        reply = call(None, "POST", "/agents/enroll", {"token": wrong, "public_key": public})
        assert reply.status in (400, 401), reply.text
    assert enrol(URL, token, public, Gateway()).tenant == "acme"
    with pytest.raises(AuthenticationFailed):
        enrol(URL, token, new_key()[1], Gateway())
    late = call(ADMIN, "POST", "/agents", {"name": "late"}, key="k2").body["token"]
    wired.clock.at += timedelta(minutes=61)
    with pytest.raises(AuthenticationFailed):
        enrol(URL, late, public, Gateway())
    actions = [one["action"] for one in call(ADMIN, "GET", "/audit").body["items"]]
    assert actions == ["agent.create", "agent.enroll", "agent.create"]


def test_a_token_is_shown_once_and_kept_nowhere(wired: World) -> None:
    made = call(ADMIN, "POST", "/agents", {"name": "rack"}, key="k")
    again = call(ADMIN, "POST", "/agents", {"name": "rack"}, key="k")
    assert (again.status, again.body["code"]) == (409, "already_exists")
    kept = str(wired.services.store.table.client.scan(TableName="novacron"))
    assert made.body["token"] not in kept
    assert "token" not in call(ADMIN, "GET", f"/agents/{made.body['agent']['id']}").text


def test_only_its_own_signature_is_accepted_and_only_once(wired: World) -> None:
    mine, other = enrolled("mine"), enrolled("other")
    path = f"/agents/{mine.agent_id}/poll"
    assert send(mine, path, POLL) == 200
    assert send(other, path, POLL) == 404
    forged = other.model_copy(update={"agent_id": mine.agent_id})
    assert send(forged, path, POLL) == 401
    token = sign(mine.key, "acme", mine.agent_id, datetime.now(UTC), "number-1")
    assert send(mine, path, POLL, token) == 200
    assert send(mine, path, POLL, token) == 401
    old = sign(mine.key, "acme", mine.agent_id, datetime.now(UTC) - timedelta(minutes=5), "n2")
    assert send(mine, path, POLL, old) == 401
    assert (
        send(mine, path, POLL, sign(mine.key, "umbrella", mine.agent_id, datetime.now(UTC), "n"))
        == 401
    )


@pytest.mark.parametrize(
    "changes",
    [{"aud": "novacron"}, {"iss": "me"}, {"exp": 9_999_999_999}, {"jti": None}, {"tenant": "a#b"}],
)
def test_other_claims_are_refused(wired: World, changes: dict[str, Any]) -> None:
    mine, now = enrolled(), int(datetime.now(UTC).timestamp())
    claims = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": mine.agent_id, "tenant": "acme",
        "iat": now, "exp": now + 30, "jti": "n",
    }  # fmt: skip
    path = f"/agents/{mine.agent_id}/poll"
    assert send(mine, path, POLL, jwt.encode(claims, mine.key, "EdDSA")) == 200
    given = {k: v for k, v in {**claims, "jti": "m", **changes}.items() if v is not None}
    assert send(mine, path, POLL, jwt.encode(given, mine.key, "EdDSA")) == 401


def test_an_agent_may_nothing_else_and_nobody_else_may_what_it_may(wired: World) -> None:
    mine = enrolled()
    for path in ("/vms", "/accounts", "/agents", "/audit", f"/agents/{mine.agent_id}"):
        assert send(mine, path) == 403
    assert send(mine, "/vms", {"account_id": "acc-1", "spec": {}}) in (400, 403)
    for who in (ADMIN, ALICE, MALLORY):
        reply = call(who, "POST", f"/agents/{mine.agent_id}/poll", POLL)
        assert reply.status == 403, reply.text
    assert call(None, "POST", f"/agents/{mine.agent_id}/results", {"items": []}).status in (
        400,
        401,
    )
    assert ("root", "agent.poll") in denials()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("poll", {}),
        ("poll", {**POLL, "holding": ["../x"]}),
        ("poll", {**POLL, "tenant": "umbrella"}),
        ("results", {"items": []}),
        ("results", {"items": [{"id": "x", "slot": "y", "outcome": {}}]}),
        ("results", {"items": [{"id": "0" * 32, "slot": "0" * 32, "outcome": {"faults": 1}}]}),
    ],
)
def test_malformed_input_is_refused(wired: World, path: str, body: dict[str, Any]) -> None:
    mine = enrolled()
    assert send(mine, f"/agents/{mine.agent_id}/{path}", body) == 400


def test_results_that_nobody_asked_for_are_dropped(wired: World) -> None:
    mine = enrolled()
    stray = {"id": "0" * 32, "slot": "1" * 32, "outcome": {"value": 1}}
    assert send(mine, f"/agents/{mine.agent_id}/results", {"items": [stray]}) == 200
    found = AgentStore(wired.services.store.table).command("acme", mine.agent_id, "1" * 32)
    assert found is None


def _account(who: Any, agent_id: str) -> Reply:
    body = {"name": "rack", "type": "agent", "settings": {"agent": agent_id}}
    return call(who, "POST", "/accounts", body, key="account")


def test_another_tenant_cannot_use_it(wired: World, courier: AgentQueue) -> None:
    mine = enrolled()
    Client(mine, Gateway()).poll([], WELL)
    assert call(MALLORY, "GET", f"/agents/{mine.agent_id}").status == 404
    assert call(MALLORY, "DELETE", f"/agents/{mine.agent_id}", key="d").status == 404
    assert mine.agent_id not in call(MALLORY, "GET", "/agents").text
    assert _account(MALLORY, mine.agent_id).status == 400
    with pytest.raises(ProviderUnavailable):
        courier.call("umbrella", mine.agent_id, "get_vm", {"vm_id": "x"})
    assert _account(ADMIN, mine.agent_id).status == 201


def test_a_deleted_agent_is_heard_no_more(wired: World, courier: AgentQueue) -> None:
    mine = enrolled()
    client = Client(mine, Gateway())
    client.poll([], WELL)
    account = _account(ADMIN, mine.agent_id).body["id"]
    assert call(ADMIN, "DELETE", f"/agents/{mine.agent_id}", key="d1").status == 409
    assert call(ADMIN, "DELETE", f"/accounts/{account}", key="da").status == 200
    assert call(ADMIN, "DELETE", f"/agents/{mine.agent_id}", key="d2").status == 200
    with pytest.raises(AuthenticationFailed):
        client.poll([], WELL)


def test_health_and_silence(wired: World, courier: AgentQueue) -> None:
    mine = enrolled()
    assert _account(ADMIN, mine.agent_id).status == 400  # never heard of
    Client(mine, Gateway()).poll([], WELL)
    account = _account(ADMIN, mine.agent_id).body["id"]

    def health() -> Any:
        items = call(ADMIN, "GET", "/health").body["items"]
        return next(one for one in items if one["account_id"] == account)

    assert health()["healthy"]
    assert "well" in health()["detail"]
    assert call(ADMIN, "GET", f"/agents/{mine.agent_id}").body["last_seen"]
    wired.clock.at += timedelta(seconds=61)
    assert not health()["healthy"]
    with pytest.raises(ProviderUnavailable, match="silent"):
        courier.call("acme", mine.agent_id, "get_vm", {"vm_id": "x"})


def test_a_console_is_asked_for_and_then_there(
    wired: World, courier: AgentQueue, tmp_path: Path
) -> None:
    mine = enrolled()
    served = agent(mine, tmp_path, MemoryProvider())
    served.turn()
    account = _account(ADMIN, mine.agent_id).body["id"]
    spec = {"name": "web", "region": "local", "image": "debian-12"}
    body = {"account_id": account, "spec": spec}
    operation = call(ALICE, "POST", "/vms", body, key="vm").body
    _machine(wired, served, operation["id"])
    path = f"/vms/{operation['resource_id']}/console"
    waiting = call(ALICE, "GET", path)
    assert (waiting.status, waiting.body["code"]) == (503, "not_ready")
    assert waiting.headers["Retry-After"] == "1"
    serve(served)
    assert "login" in call(ALICE, "GET", path).body["output"]


def _machine(world: World, served: Any, operation_id: str) -> None:
    """The state machine's steps, repeated when not ready, the agent answering in between."""
    from novacron.operations import steps

    given = steps.StepInput(tenant="acme", operation_id=operation_id)
    here = world.services
    tries = 0
    for step in (steps.check_quota, steps.perform, steps.observe, steps.observe, steps.record):
        while True:
            tries += 1
            try:
                with here.providers.courier.attempt():
                    step(here, given)
                break
            except NotReady:
                serve(served)
    assert tries <= 10
    assert here.store.operation("acme", operation_id).state == "succeeded"


def test_the_reconciler_asks_in_one_run_and_reads_in_the_next(
    wired: World, courier: AgentQueue, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Five listings an account in two runs, and a look at what they lack."""
    mine, cloud = enrolled(), MemoryProvider()
    served = agent(mine, tmp_path, cloud)
    served.turn()
    account = _account(ADMIN, mine.agent_id).body["id"]
    spec = VmSpec(name="web", region="local", image="debian-12")
    vm = cloud.create_vm(spec, Ownership(tenant="acme", operation="op-lost"))
    asked = [f"list_{kind.value}s" for kind in ResourceKind]

    def run() -> tuple[Report, list[str]]:
        """One run, and what the agent carried out after it."""
        with courier.attempt():
            report = reconcile(wired.services)
        caplog.clear()
        serve(served)
        wired.clock.at += timedelta(minutes=5)
        served.turn()
        return report, [one.getMessage().split()[1] for one in caplog.records]

    waits = Report(unreachable=[f"{account}: not all answered yet"])
    with caplog.at_level("INFO", "novacron.agent"):
        assert run() == (waits, asked)
        assert run() == (Report(adopted=["vm-lost"]), [])
        cloud.delete_vm(vm.id)
        assert run() == (waits, asked)
        assert run() == (waits, ["get_vm"])
        assert run() == (Report(lost=["vm-lost"]), [])
