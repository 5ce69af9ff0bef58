"""The client: all pages, harmless repeats, errors that say what to do."""

from __future__ import annotations

import json

import httpx
import pytest

from novacron.cli.client import Client
from novacron.cli.config import Config
from novacron.cli.exits import CliError


def _client(handler: httpx.MockTransport) -> Client:
    return Client(Config("http://api.test/v1", "t0ken"), handler)


def test_every_page_is_walked() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == "Bearer t0ken"
        assert request.url.path == "/v1/vms"
        if request.url.params.get("cursor") == "two":
            return httpx.Response(200, json={"items": [{"id": "b"}], "next_cursor": None})
        return httpx.Response(200, json={"items": [{"id": "a"}], "next_cursor": "two"})

    assert [vm["id"] for vm in _client(httpx.MockTransport(answer)).walk("vms")] == ["a", "b"]


def test_a_mutation_carries_a_key_of_its_own() -> None:
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        return httpx.Response(202, json={"id": "op"})

    client = _client(httpx.MockTransport(answer))
    client.mutate("POST", "vms", {})
    client.mutate("POST", "vms", {})
    client.mutate("POST", "vms", {}, key="mine")
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


def test_a_problem_names_field_and_remedy() -> None:
    problem = {
        "code": "not_found",
        "detail": "No such VM.",
        "faults": [{"field": "vm_id", "detail": "unknown"}],
        "remedy": "List the VMs.",
        "correlation_id": "req-9",
    }
    reply = httpx.MockTransport(lambda _: httpx.Response(404, json=problem))
    with pytest.raises(CliError, match=r"(?s)No such VM.*vm_id: unknown.*List the VMs.*req-9") as e:
        _client(reply).get("vms/x")
    assert e.value.exit_code == 5


def test_waiting_ends_with_the_operation() -> None:
    states = iter(["running", "running", "succeeded"])
    reply = httpx.MockTransport(
        lambda _: httpx.Response(200, text=json.dumps({"id": "op", "state": next(states)}))
    )
    slept: list[float] = []
    seen: list[str] = []
    ended = _client(reply).wait(
        {"id": "op", "state": "pending"}, lambda o: seen.append(o["state"]), slept.append
    )
    assert ended["state"] == "succeeded"
    assert seen == ["pending", "running", "running", "succeeded"]
    assert len(slept) == 3


def test_a_failed_operation_fails_the_command() -> None:
    failed = {"id": "op", "state": "failed", "error": {"code": "no_capacity", "detail": "full"}}
    reply = httpx.MockTransport(lambda _: httpx.Response(200, json=failed))
    with pytest.raises(CliError, match="full") as e:
        _client(reply).wait(failed, lambda _: None)
    assert e.value.exit_code == 7


def test_an_unreachable_api_says_so() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(CliError, match="Is the API up") as e:
        _client(httpx.MockTransport(refuse)).get("vms")
    assert e.value.exit_code == 9


def test_what_is_not_ready_is_asked_for_again() -> None:
    replies = [httpx.Response(503, json={"code": "not_ready", "detail": "Asked."})] * 2
    replies.append(httpx.Response(200, json={"output": "login:"}))
    slept: list[float] = []
    transport = httpx.MockTransport(lambda _: replies.pop(0))
    client = Client(Config("http://api.test/v1", "t0ken"), transport, slept.append)
    assert client.get("vms/vm-1/console") == {"output": "login:"}
    assert len(slept) == 2


def test_what_never_is_ready_is_given_up() -> None:
    answer = httpx.Response(503, json={"code": "not_ready", "detail": "Asked."})
    transport = httpx.MockTransport(lambda _: answer)
    client = Client(Config("http://api.test/v1", "t0ken"), transport, lambda _: None)
    with pytest.raises(CliError, match="Asked") as given_up:
        client.get("vms/vm-1/console")
    assert given_up.value.exit_code == 8
