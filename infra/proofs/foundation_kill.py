"""provision_vm killed at every effect, and its stack's processes: no orphan, no double VM.

First in one process, before and after each effect of a create. Then a real stack, whose function
workers, EC2 account and control plane are killed or stopped in the middle of creates and started
again.
"""

from __future__ import annotations

from infra.local.stack.control_plane import ROOT
from infra.proofs.commands import pytest
from infra.proofs.crashes import crashes


def prove() -> str:
    pytest("tests", "-k", "kill")
    return crashes(ROOT / ".novacron" / "kill")
