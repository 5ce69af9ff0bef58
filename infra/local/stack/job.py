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
NETWORK = """name: {name}
region: {region}
cidr: 10.42.0.0/16
subnets:
  - {{name: main, cidr: 10.42.1.0/24}}
firewall_rules:
  - {{name: ssh, direction: ingress, protocol: tcp, from_port: 22, to_port: 22, cidr: 10.0.0.0/8}}
"""


def main_job(cli: Cli, targets: list[Target], folder: Path) -> None:
    """Register, create, attach, show. What an earlier run made is used again. StackError."""
    for target in targets:
        _account(cli, target, folder)
        _network(cli, target, folder)
        vm = _vm(cli, target)
        _volume(cli, target, vm)
        if target.console is not None:
            _console(cli, vm, target.console)
    cli.text("vm", "list")
    cli.text("volume", "list")


def five_commands(cli: Cli, targets: list[Target]) -> None:
    """Create, stop, resize, snapshot and delete a VM by the same words everywhere. StackError."""
    for target in targets:
        vm = _create(cli, target, f"trial-{target.name}")
        cli.json("vm", "stop", vm, "--force", "--wait")
        cli.json("vm", "resize", vm, "--vcpus", "2", "--memory", "1024", "--wait")
        cli.json("snapshot", "create", f"trial-{target.name}", "--vm", vm, "--wait")
        cli.json("vm", "delete", vm, "--yes", "--wait")
    for one in cli.json("snapshot", "list", quiet=True):
        if one["name"].startswith("trial-"):
            cli.json("snapshot", "delete", one["id"], "--yes", "--wait", quiet=True)


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
    for noun in ("vm", "snapshot", "volume", "network"):
        for one in cli.json(noun, "list"):
            cli.json(noun, "delete", one["id"], "--yes", "--wait")
        left = cli.json(noun, "list")
        if left:
            raise StackError(f"{len(left)} {noun}s are left: {left}")
    cli.text("audit", "verify")


def _account(cli: Cli, target: Target, folder: Path) -> None:
    if any(one["name"] == target.name for one in cli.json("provider", "list", quiet=True)):
        return
    words = ["provider", "add", target.name, "--type", target.type]
    for name, value in target.settings.items():
        words += ["--set", f"{name}={value}"]
    if target.secret:
        file = folder / f"{target.name}.secret.json"
        file.touch(0o600)
        file.write_text(json.dumps(target.secret))
        words += ["--secret-file", str(file)]
    cli.json(*words)


def _network(cli: Cli, target: Target, folder: Path) -> None:
    name = f"net-{target.name}"
    if not cli.json("network", "list", "--name", name, quiet=True):
        file = folder / f"{name}.yaml"
        file.write_text(NETWORK.format(name=name, region=target.region))
        cli.json("network", "create", str(file), "--account", target.name, "--wait")


def _vm(cli: Cli, target: Target) -> dict[str, Any]:
    name = f"hello-{target.name}"
    if not cli.json("vm", "list", "--name", name, quiet=True):
        _create(cli, target, name)
    [vm] = cli.json("vm", "list", "--name", name, quiet=True)
    if vm["state"] != "running":
        raise StackError(f"{name} is {vm['state']}, not running")
    found: dict[str, Any] = vm
    return found


def _create(cli: Cli, target: Target, name: str) -> str:
    """The VM's id; it is on the target's network."""
    [network] = cli.json("network", "list", "--name", f"net-{target.name}", quiet=True)
    begun = time.monotonic()
    words = ["vm", "create", name, "--account", target.name, "--region", target.region]
    words += ["--image", target.image, "--memory", "256", "--tag", "env=demo", "--wait"]
    words += ["--network", network["id"]]
    ended = cli.json(*words)
    print(f"  {ended['state']} in {time.monotonic() - begun:.1f} s")
    return str(ended["resource_id"])


def _volume(cli: Cli, target: Target, vm: dict[str, Any]) -> None:
    name = f"data-{target.name}"
    if cli.json("volume", "list", "--name", name, quiet=True):
        return
    words = ["volume", "create", name, "--account", target.name, "--region", target.region]
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
