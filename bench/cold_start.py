"""From a fresh interpreter to a function's first reply from a local cloud: how long, which SDKs.

    python -m bench.cold_start

The control plane's tables and secrets are moto's, in this process, as are the clouds; a function
runs in an interpreter of its own. ``accounts.validate`` makes a first call to the account's cloud.
Not among them: an agent's host, where another process makes that call, and the in-memory cloud,
which a deployment does not have.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from infra.local import aws_account, azure_account, google_project

RUNS = 3
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
print(json.dumps([answer["statusCode"], answer["body"], seconds, loaded]))
"""
Account = tuple[dict[str, str], dict[str, str]]
"""Settings and secret."""


@dataclass(frozen=True)
class Start:
    """``seconds``: median. ``sdks``: what was loaded of the three that are not boto3."""

    function: str
    provider: str
    seconds: float
    sdks: list[str]


def main() -> list[Start]:
    """AssertionError: a function does not succeed, or loads the SDK of another provider."""
    with TemporaryDirectory() as folder, _accounts(Path(folder)) as accounts, _plane(accounts):
        found = [
            _start("vms.list", "GET", "/vms"),
            _start("system.health", "GET", "/health", "all"),
        ]
        for name in accounts:
            path = f"/accounts/{name}/validate"
            found.append(_start("accounts.validate", "POST", path, name))
    for one in found:
        sdks = " ".join(one.sdks)
        print(f"{one.seconds * 1000:6.0f} ms  {one.function:18} {one.provider:8} {sdks}")
    for one in found:
        if {name.partition(".")[0] for name in one.sdks} - SDKS.get(one.provider, set()):
            raise AssertionError(f"{one.function} on {one.provider} loads {', '.join(one.sdks)}")
    return found


@contextmanager
def _accounts(folder: Path) -> Iterator[dict[str, Account]]:
    """By provider, each at its local cloud."""
    with ExitStack() as stack:
        aws = aws_account.start_in_thread(folder / "aws")
        stack.callback(aws.stop)
        azure = azure_account.start_in_thread(folder / "azure")
        stack.callback(azure.stop)
        google = google_project.start_in_thread(folder / "google")
        stack.callback(google.stop)
        options = azure.account.options
        entra = {"endpoint_url": azure.url, "authority_url": azure.url, "ca_file": azure.ca_file}
        for name in ("subscription_id", "tenant_id", "client_id", "resource_group"):
            entra[name] = getattr(options, name)
        key = json.dumps(google.service_account_key)
        yield {
            "aws": (
                {"region": "us-east-1", "endpoint_url": aws.url},
                {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "example"},
            ),
            "azure": (
                {**entra, "region": options.location},
                {"client_secret": options.client_secret},
            ),
            "gcp": (
                {
                    "project": google.project.project_id,
                    "region": "us-central1",
                    "endpoint_url": google.url,
                    "token_uri": f"{google.url}/token",
                },
                {"service_account_key": key},
            ),
            "libvirt": ({"uri": "test:///default", "pool": "default-pool"}, {}),
        }


@contextmanager
def _plane(accounts: dict[str, Account]) -> Iterator[None]:
    """The control plane: a table with the accounts, and their secrets."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    told = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "NOVACRON_TABLE": "novacron",
        "NOVACRON_ENDPOINTS": ",".join(
            value for settings, _ in accounts.values() for value in settings.values() if value
        ),
    }
    before = dict(os.environ)
    os.environ.update(told)
    try:
        _seed(accounts)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        server.stop()


def _seed(accounts: dict[str, Account]) -> None:
    from novacron.models.account import ProviderType
    from novacron.models.provider_account import ProviderAccount
    from novacron.operations.services import utc_now
    from novacron.runtime.aws import services
    from tests.world import create_table

    create_table("novacron")
    here = services()
    for name, (settings, secret) in accounts.items():
        told: dict[str, Any] = {"id": name, "tenant": "acme", "name": name, "settings": settings}
        told |= {"type": ProviderType(name), "created_at": utc_now()}
        if secret:
            told["secret_id"] = here.providers.secrets.write("acme", name, secret)
        here.store.save_account(ProviderAccount.model_validate(told))


def _start(function: str, method: str, path: str, provider: str = "") -> Start:
    found = [_once(function, method, path, f"{provider}-{run}") for run in range(RUNS)]
    return Start(function, provider, median(one for one, _ in found), found[0][1])


def _once(function: str, method: str, path: str, key: str) -> tuple[float, list[str]]:
    who = {"tenant": "acme", "subject": "root", "roles": "admin operator viewer"}
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"cold-{key}"}
    event = {
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
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        input=json.dumps([f"functions.{function}", event]),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"{function}: {done.stderr[-500:]}")
    status, body, seconds, sdks = json.loads(done.stdout.splitlines()[-1])
    if status != 200 or json.loads(body).get("healthy") is False:
        raise AssertionError(f"{function} {key}: {status} {body}")
    return seconds, sdks


if __name__ == "__main__":
    main()
