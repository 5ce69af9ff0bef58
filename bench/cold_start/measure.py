"""Run functions in interpreters of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

from bench.cold_start.clouds import accounts
from bench.cold_start.plane import begun, plane
from novacron.operations.services import Services

RUNS = 2
LONG = 2.0
"""Seconds of a start after which there is no second: others' work moves it little."""
SDKS = {"azure": {"azure"}, "gcp": {"google"}, "libvirt": {"libvirt"}}
SDKS["all"] = {"azure", "google", "libvirt"}
"""Beside boto3, which is the control plane's own. "all": it asks every account how it is."""
CODE = """
import time
begun = time.perf_counter()
import importlib, json, sys
from types import SimpleNamespace
module, event = json.loads(sys.stdin.read())
context = SimpleNamespace(function_name="cold", memory_limit_in_mb=512, aws_request_id="cold",
    invoked_function_arn="cold", get_remaining_time_in_millis=lambda: 20000)
answer = importlib.import_module(module).lambda_handler(event, context)
seconds = time.perf_counter() - begun
loaded = [one for one in ("azure.mgmt.compute", "google.auth", "libvirt") if one in sys.modules]
print(json.dumps([answer, seconds, loaded]))
"""
Event = dict[str, Any]


@dataclass(frozen=True)
class Start:
    """``seconds``: mean. ``sdks``: what was loaded of the three that are not boto3."""

    function: str
    provider: str
    seconds: float
    sdks: list[str]


def main() -> list[Start]:
    """AssertionError: a function does not succeed, or loads the SDK of another provider."""
    found = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        with accounts(folder) as held, plane(held, folder) as here:
            for one in _starts(here, list(held)):
                sdks = " ".join(one.sdks)
                print(f"{one.seconds * 1000:6.0f} ms  {one.function:18} {one.provider:8} {sdks}")
                found.append(one)
    for one in found:
        if {name.partition(".")[0] for name in one.sdks} - SDKS.get(one.provider, set()):
            raise AssertionError(f"{one.function} on {one.provider} loads {', '.join(one.sdks)}")
    return found


def _starts(here: Services, providers: list[str]) -> Iterator[Start]:
    yield _start("vms.list", "", [_request("GET", "/vms")] * RUNS)
    yield _start("system.health", "all", [_request("GET", "/health")] * RUNS)
    for name in providers:
        path = f"/accounts/{name}/validate"
        asked = [_request("POST", path, key=f"{name}-{run}") for run in range(RUNS)]
        yield _start("accounts.validate", name, asked)
    for name in providers:
        if name == "agent":
            continue
        operations = [begun(here, name, run) for run in range(RUNS)]
        steps = [{"tenant": "acme", "operation_id": one.id} for one in operations]
        console = _request("GET", f"/vms/{operations[0].resource_id}/console")
        yield _start("steps.perform", name, steps)
        yield _start("steps.observe", name, steps[:1] * RUNS)
        yield _start("vms.console", name, [console] * RUNS)


def _start(function: str, provider: str, events: list[Event]) -> Start:
    found: list[tuple[float, list[str]]] = []
    for event in events:
        if not found or found[0][0] < LONG:
            found.append(_once(function, event))
    return Start(function, provider, mean(one for one, _ in found), found[0][1])


def _request(method: str, path: str, key: str = "list") -> Event:
    who = {"tenant": "acme", "subject": "root", "roles": "admin operator viewer"}
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"cold-{key}"}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "requestContext": {"requestId": key, "stage": "v1", "authorizer": who},
        "body": None,
        "isBase64Encoded": False,
    }


def _once(function: str, event: Event) -> tuple[float, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        input=json.dumps([f"functions.{function}", event]),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"{function}: {done.stderr[-500:]}")
    answer, seconds, sdks = json.loads(done.stdout.splitlines()[-1])
    # A state's answer is no HTTP reply; its errors end the process.
    status, body = answer.get("statusCode", 200), answer.get("body", "{}")
    if status != 200 or json.loads(body).get("healthy") is False:
        raise AssertionError(f"{function} {event.get('path', '')}: {status} {body}")
    return seconds, sdks
