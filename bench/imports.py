"""Import each function in a fresh interpreter: how long it takes, and which SDKs it brings.

python -m bench.imports
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass

from infra.template import modules

SDKS = ("boto3", "libvirt", "azure.core", "google.auth", "google.api_core")
"""What each SDK cannot do without: ``google.cloud`` alone is a name that others use too."""
CODE = """
import importlib, json, sys, time
begun = time.perf_counter()
importlib.import_module({module!r})
print(json.dumps([time.perf_counter() - begun, [s for s in {sdks!r} if s in sys.modules]]))
"""


@dataclass(frozen=True)
class Import:
    module: str
    seconds: float
    sdks: list[str]


def measure(module: str) -> Import:
    code = CODE.format(module=module, sdks=SDKS)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, sdks = json.loads(done.stdout)
    return Import(module, seconds, sdks)


def main() -> list[Import]:
    """AssertionError: a function imports an SDK before its request is there."""
    found = [measure(module.__name__) for module in modules()]
    for one in sorted(found, key=lambda one: -one.seconds):
        print(f"{one.seconds * 1000:6.0f} ms  {one.module}  {' '.join(one.sdks)}")
    early = [one.module for one in found if one.sdks]
    if early:
        raise AssertionError(f"an SDK is imported by {', '.join(early)}")
    return found


if __name__ == "__main__":
    main()
