"""A migration killed before and after every effect of every state, and gone on with."""

from __future__ import annotations

from infra.proofs.commands import pytest


def prove() -> str:
    told = pytest("tests/unit/migration/test_kill.py", "-s", env={"NOVACRON_KILL_STRIDE": "1"})
    return f"one side up, no orphan, no lost chunk after each kill: {told}"
