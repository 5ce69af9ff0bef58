"""Migrations and waves killed before and after every effect of every state, and gone on with."""

from __future__ import annotations

import os
import re
import sys

from infra.migrate_vm import migrate_vm
from infra.proofs.commands import run

STRIDE = os.environ.get("NOVACRON_KILL_STRIDE", "1")
"""More than 1 kills at some edges alone, in less time."""

NOT_KILLED = "GuestFailed"
"""A guest that cannot be prepared is in tests/unit/migration alone."""


def prove() -> str:
    matrix = ["tests/unit/migration/test_kill.py", "-n", "2", "--dist", "load", "-rP"]
    command = [sys.executable, "-m", "pytest", "-q", *matrix]
    told = run(*command, env={"NOVACRON_KILL_STRIDE": STRIDE})
    found = re.findall(r"killed at (\d+) edges in ([\w,]+)", told)
    if len(found) != 11:
        raise AssertionError("halves of five ways of a move, and a wave, were to be killed")
    entered = {state for _, states in found for state in states.split(",")}
    missing = migrate_vm()["States"].keys() - entered - {NOT_KILLED}
    if missing and STRIDE == "1":
        raise AssertionError(f"no kill was tried in {', '.join(sorted(missing))}")
    kills, states = sum(int(edges) for edges, _ in found), len(migrate_vm()["States"])
    return (
        f"{kills} kills in all {states} states but {NOT_KILLED} and in waves: "
        "one side up after each, nothing left, every move ended as it should"
    )
