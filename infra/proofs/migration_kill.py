"""Migrations and waves killed before and after every effect of every state, and gone on with."""

from __future__ import annotations

import re
import sys

from infra.migrate_vm import migrate_vm
from infra.proofs.commands import run


def prove() -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-s", "tests/unit/migration/test_kill.py"]
    told = run(*command, env={"NOVACRON_KILL_STRIDE": "1"})
    found = re.findall(r"killed at (\d+) edges in ([\w,]+)", told)
    if len(found) != 6:
        raise AssertionError("five ways of a move and a wave were to be killed")
    entered = {state for _, states in found for state in states.split(",")}
    if missing := migrate_vm()["States"].keys() - entered:
        raise AssertionError(f"no kill was tried in {', '.join(sorted(missing))}")
    kills, states = sum(int(edges) for edges, _ in found), len(migrate_vm()["States"])
    return (
        f"{kills} kills in all {states} states and in waves: one side up after each, nothing left, "
        "every move ended as it should"
    )
