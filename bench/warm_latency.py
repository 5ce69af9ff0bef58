"""Warm requests on the embedded stack, beside what the same stack takes to invoke a function.

``python -m bench.warm_latency``. The embedded AWS runs each function in one process of its own and
on this machine's cores: the ratio says what our code adds, the milliseconds say little about AWS.
"""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

import httpx

from infra.local.stack.control_plane import ROOT, client
from infra.local.stack.stack import Stack, running

FOLDER = ROOT / ".novacron" / "latency"
WARM_UP, CALLS = 3, 40
CREATES = 10
BARE = "SystemProviders"
"""The function whose handler does the least; invoked with an event that it refuses at once."""


@dataclass(frozen=True)
class Latency:
    """Milliseconds of ``name``, and how many times the bare invocation's median that is."""

    name: str
    p50: float
    p95: float
    ratio: float = 1.0


def measure(
    name: str,
    call: Callable[[], object],
    bare: Latency | None = None,
    calls: int = CALLS,
    settle: Callable[[Any], None] = lambda _: None,
) -> Latency:
    """``settle`` waits, unmeasured, for what a call has set off."""
    taken = []
    for _ in range(WARM_UP + calls):
        begun = time.perf_counter()
        answer = call()
        taken.append((time.perf_counter() - begun) * 1000)
        settle(answer)
    taken = taken[WARM_UP:]
    cuts = quantiles(taken, n=20)
    return Latency(name, cuts[9], cuts[18], cuts[9] / bare.p50 if bare else 1.0)


def main() -> list[Latency]:
    shutil.rmtree(FOLDER, ignore_errors=True)
    with running(FOLDER, host=False) as stack:
        found = _all(stack)
    print(f"{'':32}{'p50 ms':>8}{'p95 ms':>8}{'ratio':>8}")
    for one in found:
        print(f"{one.name:32}{one.p50:8.1f}{one.p95:8.1f}{one.ratio:8.2f}")
    return found


def _all(stack: Stack) -> list[Latency]:
    http = httpx.Client(headers={"Authorization": f"Bearer {stack.token}"}, timeout=30)
    tables = client("dynamodb", stack.port)
    table, invoke = stack.outputs["Table"], _bare(stack)
    account = _send(http, stack, "accounts", {"name": "latency", "type": "memory"}, 201)["id"]

    def item() -> None:
        tables.get_item(TableName=table, Key={"pk": {"S": "none"}, "sk": {"S": "none"}})

    def listed() -> None:
        http.get(f"{stack.url}/vms").raise_for_status()

    def created() -> Any:
        spec = {"name": "web", "region": "local", "image": "debian-12"}
        return _send(http, stack, "vms", {"account_id": account, "spec": spec}, 202)

    def ended(operation: Any) -> None:
        url = f"{stack.url}/operations/{operation['id']}"
        while http.get(url).json()["state"] not in ("succeeded", "failed"):
            time.sleep(0.2)

    bare = measure("a function, invoked", invoke)
    return [
        bare,
        measure("DynamoDB GetItem", item, bare),
        measure("GET /vms", listed, bare),
        measure("POST /vms", created, bare, CREATES, ended),
    ]


def _bare(stack: Stack) -> Callable[[], None]:
    functions = client("lambda", stack.port)
    pages = functions.get_paginator("list_functions").paginate()
    names = [one["FunctionName"] for page in pages for one in page["Functions"]]
    name = next(one for one in names if BARE in one)
    request = {"requestId": "bare", "httpMethod": "GET"}
    event = json.dumps({"httpMethod": "GET", "path": "/none", "requestContext": request})

    def invoke() -> None:
        reply = functions.invoke(FunctionName=name, Payload=event)
        if "FunctionError" in reply:
            raise AssertionError(reply["Payload"].read())
        reply["Payload"].read()

    return invoke


def _send(http: httpx.Client, stack: Stack, path: str, body: Any, status: int) -> Any:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    reply = http.post(f"{stack.url}/{path}", json=body, headers=key)
    if reply.status_code != status:
        raise AssertionError(f"POST /{path}: {reply.status_code} {reply.text}")
    return reply.json()


if __name__ == "__main__":
    main()
