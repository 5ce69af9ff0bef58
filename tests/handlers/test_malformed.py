"""Requests generated from our own description, well and badly formed: no 5xx, no trace."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from infra.openapi import document
from novacron.runtime.problems import CONTENT_TYPE
from tests.api import Reply, call
from tests.world import ALICE

SCHEMA: Any = schemathesis.openapi.from_dict(document())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
EACH = 14
"""Of every operation and kind: above 500 in all."""


def test_there_are_enough() -> None:
    assert len(OPERATIONS) * EACH > 500


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_no_request_breaks_a_function(operation: Any) -> None:
    bad = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    good = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)

    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def send(data: st.DataObject) -> None:
        case = data.draw(st.one_of(bad, good))
        reply = _send(case)
        told = f"{operation.method} {operation.path}: {reply.text}"
        assert reply.status < 500, told
        assert "Traceback" not in reply.text, told
        if reply.status >= 400:
            assert reply.headers["Content-Type"] == CONTENT_TYPE, told
            assert reply.body["code"], told

    send()


def _send(case: Any) -> Reply:
    path = case.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", quote(str(value), safe="") or "-")
    query = urlencode({name: str(value) for name, value in (case.query or {}).items()})
    body = case.body if isinstance(case.body, dict | list | str | int | float | bool) else None
    raw = None if body is None else json.dumps(body)
    key = next((v for k, v in (case.headers or {}).items() if k.lower() == "idempotency-key"), None)
    return call(ALICE, case.method.upper(), f"{path}?{query}", key=key, raw=raw)
