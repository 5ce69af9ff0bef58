"""The last part of the main job: a VM that does nothing is found, stopped and started again."""

from __future__ import annotations

import time
from pathlib import Path

from infra.local.stack.api import Cli
from infra.local.stack.clouds import Target
from infra.local.stack.schedules import run_now
from infra.local.stack.services import StackError

RULES = """# A VM of a few minutes is judged by its minutes; shipped is two weeks, and 5% of CPU.
excluded_tags: [keep]
rules:
  idle-vm:
    window_hours: 24
    grace_hours: 0
    thresholds: {min_hours: 1, cpu_percent: 60, busy_cpu_percent: 60}
"""
SECONDS = 240
"""The schedule that carries advice out fires once a minute; a guest takes a while to stop."""


def idle_advice(cli: Cli, target: Target, port: int, folder: Path) -> None:
    """Find, apply and revert, by what the host measured of its guest. Raises StackError.

    A host tells means since the start at once. Clouds tell periods of five minutes, and have no
    guests here whose use there would be to measure.
    """
    if target.console is None:
        cli.say("\nNo guest runs on-premises here: there is no idle VM to find.")
        return
    rules = folder / "rules.yaml"
    rules.write_text(RULES)
    cli.json("recommend", "edit-rules", "--file", str(rules), quiet=True)
    cli.say(f"\n$ novacron recommend edit-rules --file rules.yaml\n{RULES.rstrip()}")
    run_now(port, "SchedulesRecommend")
    [vm] = cli.json("vm", "list", "--name", f"hello-{target.name}", quiet=True)
    words = ("recommend", "list", "--kind", "idle-vm", "--resource", vm["id"])
    found = cli.json(*words, quiet=True)
    if not found:
        raise StackError(f"no advice on {vm['name']}, which does nothing")
    advice = str(found[0]["id"])
    cli.text("recommend", "show", advice)
    for verb, state, power in (
        ("apply", "applied", "stopped"),
        ("revert", "reverted", "running"),
    ):
        cli.text("recommend", verb, advice)
        _until(cli, advice, state)
        now = cli.json("vm", "show", vm["id"], quiet=True)["state"]
        if now != power:
            raise StackError(f"{vm['name']} is {now} after {verb}, not {power}")
        cli.say(f"  {vm['name']} is {now}")


def _until(cli: Cli, advice: str, state: str) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        now = cli.json("recommend", "show", advice, quiet=True)["state"]
        if now == state:
            return
        time.sleep(2)
    raise StackError(f"{advice} is {now}, not {state}")
