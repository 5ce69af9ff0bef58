"""The package is loaded a service at a time; if that ever stops working, it still loads."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

START = """
import json, sys
from google.auth.credentials import AnonymousCredentials
from novacron.providers.gcp.provider import GcpProvider
sdk = ("google.auth", "google.api", "google.cloud.")
early = [one for one in sys.modules if one.startswith(sdk)]
assert not early, "imported with the adapter"
from novacron.providers.gcp.sdk import PACKAGE, client_class
{before}
found = client_class("zone_operations")(credentials=AnonymousCredentials())
services = {{one.split(".")[4] for one in sys.modules if one.startswith(PACKAGE + ".services.")}}
others = [one for one in ("azure", "libvirt", "boto3") if one in sys.modules]
from google.cloud import compute_v1
{after}
print(json.dumps([type(found).__name__, sorted(services), others]))
"""


def _run(before: str = "", after: str = "") -> Any:
    code = START.replace("from google.auth.credentials import AnonymousCredentials\n", "", 1)
    code = code.replace(
        "{before}", "from google.auth.credentials import AnonymousCredentials\n{before}"
    )
    code = code.format(before=before, after=after)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_only_the_service_that_is_used_is_loaded() -> None:
    assert _run() == ["ZoneOperationsClient", ["zone_operations"], []]


def test_the_package_is_whole_for_whoever_asks_it() -> None:
    after = (
        "assert compute_v1.InstancesClient and compute_v1.Instance\n"
        "assert compute_v1.ZoneOperationsClient is type(found)\n"
    )
    assert _run(after=after)[0] == "ZoneOperationsClient"


@pytest.mark.parametrize(
    "before",
    [
        # another layout: the services are elsewhere
        "import novacron.providers.gcp.sdk as sdk\n"
        "real = sdk.import_module\n"
        "def moved(name):\n"
        "    if '.services.' in name:\n"
        "        raise ImportError(name)\n"
        "    return real(name)\n"
        "sdk.import_module = moved\n",
        # somebody has imported it before us
        "import google.cloud.compute_v1",
    ],
)
def test_the_whole_package_serves_as_well(before: str) -> None:
    name, services, _ = _run(before)
    assert name == "ZoneOperationsClient"
    assert "instances" in services
