"""What the main job's VMs cost, and a budget that refuses the next one."""

from __future__ import annotations

from pathlib import Path

from infra.local.stack.api import Cli
from infra.local.stack.clouds import Target
from infra.local.stack.schedules import ended, run_now
from infra.local.stack.services import StackError

CARD = """# What the hosts' owner asks for, by the hour.
currency: USD
flat: {vcpu_hour: "0.02", memory_gib_hour: "0.004", storage_gib_hour: "0.0001"}
"""
COLLECT_SECONDS = 300


def rate_card(cli: Cli, home: Target, folder: Path) -> None:
    """While VMs run: a card holds for the hour in which it is given, and for none that is over."""
    card = folder / "rate-card.yaml"
    card.write_text(CARD)
    cli.json("price", "card", home.name, "--file", str(card), quiet=True)
    cli.say(f"\n$ novacron price card {home.name} --file rate-card.yaml\n{CARD.rstrip()}")


def cost_table(cli: Cli, home: Target, port: int, machine: str) -> None:
    """Collect, by the schedule's own function, and show what each VM has cost so far."""
    run_now(port, "SchedulesCollectCosts")
    ended(port, machine, COLLECT_SECONDS)
    words = ["cost", "query", "--by", "provider", "--by", "resource", "--every", "total"]
    groups = cli.json(*words, quiet=True)["groups"]
    if not any(one["key"]["provider"] == home.type for one in groups):
        raise StackError(f"nothing on {home.name} has a cost: {groups}")
    cli.text(*words)


def refusing_budget(cli: Cli, home: Target) -> None:
    """A cent a month: the next VM would cost more, and is refused before anything is made."""
    made = cli.json("budget", "create", "a-cent", "--limit", "0.01", "--account", home.name)
    words = ["vm", "create", "over-budget", "--account", home.name, "--region", home.region]
    words += ["--image", home.image, "--memory", "256"]
    try:
        cli.json(*words)
    except StackError as error:
        if "budget" not in str(error):
            raise
        cli.say(f"  refused: {str(error).partition(': ')[2]}")
    else:
        raise StackError("a VM that costs more than the budget was made")
    finally:
        cli.json("budget", "delete", made["id"], "--yes", quiet=True)
    if cli.json("vm", "list", "--name", "over-budget", quiet=True):
        raise StackError("the VM that was refused has a record")
