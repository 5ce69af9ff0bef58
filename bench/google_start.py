"""From nothing to the first Google client: our way of loading the SDK against its own import.

python -m bench.google_start
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from statistics import median

RUNS = 5
LIMIT_SECONDS = 1.5
"""Of CPU that a Google request's start may take where the decision was made; told, not asserted,
as other machines are slower."""
MOST_OF_WHOLE = 0.6
_REPORT = """
import json, resource, sys
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
home = "google.cloud.compute_v1.services."
services = {one.split(".")[4] for one in sys.modules if one.startswith(home)}
print(json.dumps([time.process_time(), time.perf_counter() - begun, rss // 1024, len(services)]))
"""
WAYS = {
    "import google.cloud.compute_v1": """
from google.cloud import compute_v1
from google.auth.credentials import AnonymousCredentials
compute_v1.InstancesClient(credentials=AnonymousCredentials())
""",
    "novacron.providers.gcp.sdk": """
from google.auth.credentials import AnonymousCredentials
from novacron.providers.gcp.sdk import client_class
client_class("instances")(credentials=AnonymousCredentials())
""",
    "google.auth and requests alone": """
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession
AuthorizedSession(AnonymousCredentials())
""",
}


@dataclass(frozen=True)
class Start:
    """Medians over the runs. ``cpu`` seconds are compared: neighbours do not change them."""

    way: str
    cpu: float
    seconds: float
    mib: int
    services: int


def measure(way: str, code: str) -> Start:
    found = []
    for _ in range(RUNS):
        program = f"import time\nbegun = time.perf_counter()\n{code}{_REPORT}"
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(json.loads(done.stdout))
    cpu, seconds, mib, services = (median(column) for column in zip(*found, strict=True))
    return Start(way, cpu, seconds, int(mib), int(services))


def main() -> list[Start]:
    """AssertionError: our way takes more than its share, or loads more than it was asked for."""
    found = [measure(way, code) for way, code in WAYS.items()]
    whole, ours, _ = found
    for one in found:
        print(
            f"{one.cpu:5.2f} s CPU ({one.cpu / whole.cpu:4.0%})  {one.seconds:5.2f} s  "
            f"{one.mib:4d} MiB  {one.services:3d} services  {one.way}"
        )
    if ours.cpu > LIMIT_SECONDS:
        print(f"above {LIMIT_SECONDS} s of CPU")
    if ours.cpu > whole.cpu * MOST_OF_WHOLE or ours.services > 2:
        raise AssertionError("the Google SDK is no longer loaded a service at a time")
    return found


if __name__ == "__main__":
    main()
