"""Migrations and waves killed before and after every effect of every state, and gone on with."""

from __future__ import annotations

import os
import re
import sys

from infra.migrate_vm import migrate_vm
from infra.proofs.commands import run

STRIDE = os.environ.get("NOVACRON_KILL_STRIDE", "1")
"""More than 1 kills at some edges alone, in less time."""


def prove() -> str:
    matrix = ["tests/unit/migration/test_kill.py", "-n", "2", "--dist", "load", "-rP"]
    command = [sys.executable, "-m", "pytest", "-q", *matrix]
    told = run(*command, env={"NOVACRON_KILL_STRIDE": STRIDE})
    found = re.findall(r"killed at (\d+) edges in ([\w,]+)", told)
    if len(found) != 13:
        raise AssertionError("halves of six ways of a move, and a wave, were to be killed")
    killed = {state for _, states in found for state in states.split(",")}
    tasks = {name for name, one in migrate_vm()["States"].items() if one["Type"] in ("Task", "Map")}
    missing = tasks - killed
    if missing and STRIDE == "1":
        raise AssertionError(f"no kill was tried in {', '.join(sorted(missing))}")
    kills = sum(int(edges) for edges, _ in found)
    return (
        f"{kills} kills in all {len(tasks)} states that do something and in waves: "
        "one side up after each, nothing left, every move ended as it should"
    )
