"""Each action taken from each role: that function alone fails and names the action."""

from __future__ import annotations

from infra.proofs.commands import pytest


def prove() -> str:
    return pytest("tests/handlers/test_roles.py", "tests/infra")
