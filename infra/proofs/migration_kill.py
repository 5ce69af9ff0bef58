"""A migration killed before and after every effect of every state, and gone on with."""

from __future__ import annotations

import re
import sys

from infra.proofs.commands import run


def prove() -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-s", "tests/unit/migration/test_kill.py"]
    told = run(*command, env={"NOVACRON_KILL_STRIDE": "1"})
    edges = [int(one) for one in re.findall(r"killed at (\d+) edges", told)]
    if len(edges) != 2:
        raise AssertionError("a move that succeeds and one that fails were to be killed")
    return (
        f"{sum(edges)} kills: one side up after each, nothing left, every move ended as it should"
    )
