"""One VM of two disks through all 12 ordered pairs, by the deployed machine; minutes, not one."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from infra.local.stack.__main__ import STATE, explained
from infra.local.stack.api import Cli
from infra.local.stack.clouds import Target
from infra.local.stack.job import create, make_network, register
from infra.local.stack.stack import Stack, running
from infra.proofs.__main__ import NotProven

CIRCUIT = (
    "on-premises aws on-premises azure on-premises gcp aws azure aws gcp azure gcp on-premises"
)
"""Every ordered pair of the four once, and home again."""
MIB = 1024**2
RANDOM_BYTES = 3 * MIB
PLACES = (0, 700 * MIB)


def prove() -> str:
    folder = STATE / "circuit"
    shutil.rmtree(folder, ignore_errors=True)
    with running(folder) as stack, explained(stack.port):
        if stack.targets[0].type != "libvirt":
            raise NotProven("on-premises has no host here")
        terms = _circuit(stack, Cli(stack.url, stack.token), folder)
    told = ", ".join(f"{pair} {seconds:.0f}" for pair, seconds in terms.items())
    return f"{len(terms)} ordered pairs on the deployed stack, data equal; downtime in s: {told}"


def _circuit(stack: Stack, cli: Cli, folder: Path) -> dict[str, float]:
    """Pair -> downtime."""
    places = {target.name: target for target in stack.targets}
    for target in stack.targets:
        register(cli, target, folder)
        make_network(cli, target, folder)
    home = stack.targets[0]
    first, filled = _source(cli, home, folder)
    vm, terms = first, {}
    for number, (there, here) in enumerate(pairwise(CIRCUIT.split())):
        begun = time.monotonic()
        vm, terms[f"{there}→{here}"] = _hop(cli, vm, places[here], folder, f"hop-{number}", first)
        cli.say(f"  {there} → {here} in {time.monotonic() - begun:.0f} s")
    cli.json("vm", "stop", vm, "--force", "--wait", quiet=True)
    arrived = _disk(folder, _shown(cli, vm)["details"]["volume_ids"][1])
    subprocess.run(["qemu-img", "compare", "-U", str(filled), str(arrived)], check=True)
    return terms


def _source(cli: Cli, home: Target, folder: Path) -> tuple[str, Path]:
    """A VM with a second disk that holds random bytes, and that disk's file."""
    vm = create(cli, home, "circuit")
    words = ["volume", "create", "circuit-data", "--account", home.name, "--region", home.region]
    volume = cli.json(*words, "--size", "1", "--wait")["resource_id"]
    file = _disk(folder, cli.json("volume", "show", volume, quiet=True)["provider_id"])
    noise = folder / "noise"
    noise.write_bytes(os.urandom(RANDOM_BYTES))
    writes = [word for at in PLACES for word in ("-c", f"write -s {noise} {at} {RANDOM_BYTES}")]
    subprocess.run(["qemu-io", "-f", "qcow2", *writes, str(file)], check=True)
    cli.json("volume", "attach", volume, "--vm", vm, "--wait")
    return vm, file


def _hop(
    cli: Cli, vm: str, target: Target, folder: Path, name: str, first: str
) -> tuple[str, float]:
    """The VM at the target, and the downtime; the source is deleted, but for the first."""
    [network] = cli.json("network", "list", "--name", f"net-{target.name}", quiet=True)
    plan = folder / "plan.yaml"
    words = ["migration", "assess", vm, "--to", target.name, "--region", target.region]
    words += ["--name", name, "--subnet", network["details"]["subnets"][0]["id"]]
    cli.json(*words, "--plan", str(plan), quiet=True)
    plan.write_text(plan.read_text().replace("approved: false", "approved: true"))
    done = cli.json("migration", "start", "--plan", str(plan), "--wait")
    shown = cli.json("migration", "show", done["id"].replace("op-", "mig-"), quiet=True)
    if shown["phase"] != "completed":
        raise NotProven(f"{vm} to {target.name}: {shown['phase']}: {shown['error']}")
    if vm != first:
        cli.json("vm", "delete", vm, "--yes", "--wait", quiet=True)
    return shown["new_vm_id"], shown["downtime_seconds"]["total"]


def _shown(cli: Cli, vm: str) -> Any:
    return cli.json("vm", "show", vm, quiet=True)


def _disk(folder: Path, volume_id: str) -> Path:
    """The file of a volume of the host's pool."""
    name = volume_id.rpartition("/")[2]
    return folder / "onprem" / "pool" / f"{name}.qcow2"
