"""The main job on the embedded stack, IAM enforced: every environment, every step, torn down."""

from __future__ import annotations

import sys
import time

from infra.proofs.commands import run


def prove() -> str:
    begun = time.monotonic()
    told = run(sys.executable, "-m", "infra.local.stack", "--once")
    return f"{told.count('succeeded in')} VMs made, {time.monotonic() - begun:.0f} s in all"
