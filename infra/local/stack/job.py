"""The main job: a VM on every environment through one API, from registering to the console."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.local.stack.api import Cli
from infra.local.stack.clouds import Target
from infra.local.stack.services import StackError

CONSOLE_SECONDS = 60
AT_ONCE = 2
"""Each command is a process here, and so is each function that it reaches."""
NETWORK = """name: {name}
region: {region}
cidr: 10.42.0.0/16
subnets:
  - {{name: main, cidr: 10.42.1.0/24}}
firewall_rules:
  - {{name: ssh, direction: ingress, protocol: tcp, from_port: 22, to_port: 22, cidr: 10.0.0.0/8}}
"""


def main_job(cli: Cli, targets: list[Target], folder: Path) -> None:
    """Everywhere: register, create, attach, show. What an earlier run made is used again.

    Raises StackError, as the others here do.
    """

    def on(target: Target, here: Cli) -> None:
        register(here, target, folder)
        make_network(here, target, folder)
        vm = _vm(here, target)
        _volume(here, target, vm)
        if target.console is not None:
            _console(here, vm, target.console)

    everywhere(cli, targets, on)
    cli.text("vm", "list")
    cli.text("volume", "list")


def five_commands(cli: Cli, targets: list[Target]) -> None:
    """Create, stop, resize, snapshot and delete a VM, by the same words everywhere."""

    def on(target: Target, here: Cli) -> None:
        vm = create(here, target, f"trial-{target.name}")
        here.json("vm", "stop", vm, "--force", "--wait")
        here.json("vm", "resize", vm, "--vcpus", "2", "--memory", "1024", "--wait")
        copy = here.json("snapshot", "create", f"trial-{target.name}", "--vm", vm, "--wait")
        here.json("vm", "delete", vm, "--yes", "--wait")
        here.json("snapshot", "delete", copy["resource_id"], "--yes", "--wait", quiet=True)

    everywhere(cli, targets, on)


def move(cli: Cli, source: Target, target: Target, folder: Path) -> None:
    """Move a VM to another environment by a plan that is approved, and delete it on both sides."""
    cli.say(f"\n── from {source.name} to {target.name} ──")
    vm = create(cli, source, f"moving-{source.name}")
    [network] = cli.json("network", "list", "--name", f"net-{target.name}", quiet=True)
    plan = folder / "plan.yaml"
    words = ["migration", "assess", vm, "--to", target.name, "--region", target.region]
    words += ["--subnet", network["details"]["subnets"][0]["id"], "--plan", str(plan)]
    cli.text(*words)
    plan.write_text(plan.read_text().replace("approved: false", "approved: true"))
    done = cli.json("migration", "start", "--plan", str(plan), "--wait")
    migration = done["id"].replace("op-", "mig-")
    cli.text("migration", "show", migration)
    shown = cli.json("migration", "show", migration, quiet=True)
    if shown["phase"] != "completed":
        raise StackError(f"{migration} is {shown['phase']}")
    for one in (shown["new_vm_id"], vm):
        cli.json("vm", "delete", one, "--yes", "--wait")


def tear_down(cli: Cli, targets: list[Target]) -> None:
    """Snapshot, stop and delete everything again, and see that nothing is left."""

    def on(target: Target, here: Cli) -> None:
        def listed(noun: str) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = here.json(noun, "list", "--account", target.name)
            return found

        for volume in listed("volume"):
            name = f"{volume['name']}-copy"
            here.json("snapshot", "create", name, "--volume", volume["id"], "--wait")
            here.json("volume", "detach", volume["id"], "--wait")
        for vm in listed("vm"):
            here.json("vm", "stop", vm["id"], "--force", "--wait")
        for noun in ("vm", "snapshot", "volume", "network"):
            for one in listed(noun):
                here.json(noun, "delete", one["id"], "--yes", "--wait")

    everywhere(cli, targets, on)
    for noun in ("vm", "snapshot", "volume", "network"):
        left = cli.json(noun, "list")
        if left:
            raise StackError(f"{len(left)} {noun}s are left: {left}")
    cli.text("audit", "verify")


def everywhere(cli: Cli, targets: list[Target], on: Callable[[Target, Cli], None]) -> None:
    """Do it on all targets, some at once; what each said is shown together when it is done."""

    def one(target: Target) -> None:
        told: list[str] = []
        try:
            on(target, replace(cli, say=told.append))
        finally:
            cli.say("\n".join([f"\n── {target.name} ──", *told]))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(one, target) for target in targets]:
            done.result()


def register(cli: Cli, target: Target, folder: Path) -> None:
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


def make_network(cli: Cli, target: Target, folder: Path) -> None:
    name = f"net-{target.name}"
    if not cli.json("network", "list", "--name", name, quiet=True):
        file = folder / f"{name}.yaml"
        file.write_text(NETWORK.format(name=name, region=target.region))
        cli.json("network", "create", str(file), "--account", target.name, "--wait")


def _vm(cli: Cli, target: Target) -> dict[str, Any]:
    name = f"hello-{target.name}"
    if not cli.json("vm", "list", "--name", name, quiet=True):
        create(cli, target, name)
    [vm] = cli.json("vm", "list", "--name", name, quiet=True)
    if vm["state"] != "running":
        raise StackError(f"{name} is {vm['state']}, not running")
    found: dict[str, Any] = vm
    return found


def create(cli: Cli, target: Target, name: str) -> str:
    """The VM's id; it is on the target's network."""
    [network] = cli.json("network", "list", "--name", f"net-{target.name}", quiet=True)
    begun = time.monotonic()
    words = ["vm", "create", name, "--account", target.name, "--region", target.region]
    words += ["--image", target.image, "--memory", "256", "--tag", "env=demo", "--wait"]
    words += ["--network", network["id"]]
    ended = cli.json(*words)
    cli.say(f"  {ended['state']} in {time.monotonic() - begun:.1f} s")
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
                cli.say(f"\n$ novacron vm console {vm['id']}\n{line.strip()}")
                return
        time.sleep(1)
    raise StackError(f"the guest of {vm['name']} did not say {expected!r} on its console")
