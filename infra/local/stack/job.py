"""The main job: a VM on every environment through one API, from registering to the console."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from infra.local.stack.api import Cli
from infra.local.stack.clouds import Target
from infra.local.stack.services import StackError

CONSOLE_SECONDS = 60


def main_job(cli: Cli, targets: list[Target], folder: Path) -> None:
    """Register, create, attach, show. What an earlier run made is used again. StackError."""
    for target in targets:
        account = _account(cli, target, folder)
        vm = _vm(cli, target, account)
        _volume(cli, target, account, vm)
        if target.console is not None:
            _console(cli, vm, target.console)
    cli.text("vm", "list")
    cli.text("volume", "list")


def tear_down(cli: Cli) -> None:
    """Snapshot, stop and delete everything again, and see that nothing is left. StackError."""
    volumes = cli.json("volume", "list")
    for volume in volumes:
        cli.json("snapshot", "create", f"{volume['name']}-copy", "--volume", volume["id"], "--wait")
    cli.text("snapshot", "list")
    for vm in cli.json("vm", "list"):
        cli.json("vm", "stop", vm["id"], "--force", "--wait")
    cli.text("vm", "list")
    for volume in volumes:
        cli.json("volume", "detach", volume["id"], "--wait")
    for noun in ("vm", "snapshot", "volume"):
        for one in cli.json(noun, "list"):
            cli.json(noun, "delete", one["id"], "--yes", "--wait")
        left = cli.json(noun, "list")
        if left:
            raise StackError(f"{len(left)} {noun}s are left: {left}")
    cli.text("audit", "verify")


def _account(cli: Cli, target: Target, folder: Path) -> str:
    for one in cli.json("provider", "list", quiet=True):
        if one["name"] == target.name:
            return str(one["id"])
    words = ["provider", "add", target.name, "--type", target.type]
    for name, value in target.settings.items():
        words += ["--set", f"{name}={value}"]
    if target.secret:
        file = folder / f"{target.name}.secret.json"
        file.touch(0o600)
        file.write_text(json.dumps(target.secret))
        words += ["--secret-file", str(file)]
    return str(cli.json(*words)["id"])


def _vm(cli: Cli, target: Target, account: str) -> dict[str, Any]:
    name = f"hello-{target.name}"
    if not cli.json("vm", "list", "--name", name, quiet=True):
        begun = time.monotonic()
        words = ["vm", "create", name, "--account", account, "--region", target.region]
        words += ["--image", target.image, "--memory", "256", "--tag", "env=demo", "--wait"]
        ended = cli.json(*words)
        print(f"  {ended['state']} in {time.monotonic() - begun:.1f} s")
    [vm] = cli.json("vm", "list", "--name", name, quiet=True)
    if vm["state"] != "running":
        raise StackError(f"{name} is {vm['state']}, not running")
    found: dict[str, Any] = vm
    return found


def _volume(cli: Cli, target: Target, account: str, vm: dict[str, Any]) -> None:
    name = f"data-{target.name}"
    if cli.json("volume", "list", "--name", name, quiet=True):
        return
    words = ["volume", "create", name, "--account", account, "--region", target.region]
    zone = vm["details"].get("zone")
    if zone:
        words += ["--zone", zone]
    cli.json(*words, "--size", "1", "--wait")
    [volume] = cli.json("volume", "list", "--name", name, quiet=True)
    cli.json("volume", "attach", volume["id"], "--vm", vm["id"], "--wait")


def _console(cli: Cli, vm: dict[str, Any], expected: str) -> None:
    until = time.monotonic() + CONSOLE_SECONDS
    while time.monotonic() < until:
        told = cli.json("vm", "console", vm["id"], quiet=True)["output"]
        for line in told.splitlines():
            if expected in line:
                print(f"\n$ novacron vm console {vm['id']}\n{line.strip()}", flush=True)
                return
        time.sleep(1)
    raise StackError(f"the guest of {vm['name']} did not say {expected!r} on its console")
