"""Stage what Azure Functions and Google Cloud Functions deploy: an entry point, our code, the lock.

python -m infra.hosts azure|gcp    writes build/azure or build/gcp
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from infra.build import ROOT, TARGET, UNPACKED, requirements

ENTRIES = {"azure": ("function_app.py", "host.json"), "gcp": ("main.py",)}


def stage(host: str) -> Path:
    """Both hosts install ``requirements.txt`` themselves, for their own platform."""
    folder = TARGET / host
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "shared" / "novacron", folder / "novacron", ignore=UNPACKED)
    for name in ENTRIES[host]:
        shutil.copy(ROOT / "infra" / host / name, folder / name)
    (folder / "requirements.txt").write_text(requirements((host, "hosts")))
    return folder


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in ENTRIES:
        sys.exit(f"usage: python -m infra.hosts {'|'.join(ENTRIES)}")
    print(stage(sys.argv[1]))
