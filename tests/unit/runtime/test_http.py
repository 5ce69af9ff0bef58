"""Whatever goes wrong, the caller gets a problem and never a traceback."""

from __future__ import annotations

import json
from typing import Any

import pytest

from novacron import errors
from novacron.models.vm import VmSize
from novacron.runtime.http import Handler, api, entry
from tests.unit.runtime.events import rest_event


@pytest.fixture
def handler() -> Handler:
    app = api()

    @app.post("/echo")
    def echo(size: VmSize) -> VmSize:
        if size.vcpus == 2:
            raise errors.Throttled("slow down", retry_after=3)
        if size.vcpus == 3:
            raise RuntimeError("password=hunter2 in a driver's message")
        return size

    return entry(app)


def _call(handler: Handler, body: object, path: str = "/echo") -> tuple[dict[str, Any], Any]:
    reply = handler(rest_event("POST", path, body), None)
    return reply, json.loads(reply["body"])


def test_a_good_request_is_answered(handler: Handler) -> None:
    reply, body = _call(handler, {"vcpus": 1, "memory_mib": 64})
    assert reply["statusCode"] == 200
    assert body["memory_mib"] == 64


def test_faults_name_the_field(handler: Handler) -> None:
    reply, body = _call(handler, {"vcpus": 0, "memory_mib": 64, "extra": 1})
    assert reply["statusCode"] == 400
    assert {fault["field"] for fault in body["faults"]} == {"body.vcpus", "body.extra"}


def test_broken_json_is_the_callers_fault(handler: Handler) -> None:
    reply, body = _call(handler, '{"vcpus": ')
    assert reply["statusCode"] == 400
    assert body["code"] == "invalid_spec"


def test_known_errors_keep_their_code_and_headers(handler: Handler) -> None:
    reply, body = _call(handler, {"vcpus": 2, "memory_mib": 64})
    assert reply["statusCode"] == 429
    assert body["code"] == "throttled"
    assert reply["multiValueHeaders"]["Retry-After"] == ["3"]
    assert reply["multiValueHeaders"]["Content-Type"] == ["application/problem+json"]


def test_unknown_errors_tell_nothing(handler: Handler) -> None:
    reply, body = _call(handler, {"vcpus": 3, "memory_mib": 64})
    assert reply["statusCode"] == 500
    assert "hunter2" not in reply["body"]
    assert body["correlation_id"] == "req-1"


def test_an_unknown_route_is_a_problem(handler: Handler) -> None:
    reply, body = _call(handler, {}, path="/nowhere")
    assert reply["statusCode"] == 404
    assert body["code"] == "not_found"
