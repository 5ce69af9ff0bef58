"""``novacron vm``: create, start, stop, restart, resize, console."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from novacron.cli.exits import CliError
from novacron.cli.output import Format, render_one
from novacron.cli.resource import Id, resource_app
from novacron.cli.session import Key, Session, Tag, Wait, session, tags

app = resource_app("VM", "vms", ["id", "name", "state", "account", "region", "private_ips"])


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    account: Annotated[str, typer.Option(help="A provider account, by name or id.")],
    region: Annotated[str, typer.Option(help="Of the account.")],
    image: Annotated[str, typer.Option(help="An alias such as debian-12, or an image id.")],
    vcpus: Annotated[int, typer.Option(min=1)] = 1,
    memory_mib: Annotated[int, typer.Option("--memory", min=64, help="MiB.")] = 1024,
    instance_type: Annotated[str, typer.Option("--type", help="Instead of the cheapest.")] = "",
    zone: Annotated[str, typer.Option(help="Instead of the provider's choice.")] = "",
    architecture: Annotated[str, typer.Option("--arch", help="x86_64 or arm64.")] = "x86_64",
    root_disk: Annotated[int | None, typer.Option(min=1, help="GiB, if not the image's.")] = None,
    network: Annotated[str, typer.Option(help="A network's id: its first subnet, its rules.")] = "",
    public_ip: Annotated[
        bool | None, typer.Option("--public-ip/--no-public-ip", help="Else as the subnet has it.")
    ] = None,
    ssh_key: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A public key's file.")
    ] = None,
    user_data: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="cloud-init data.")
    ] = None,
    spot: Annotated[bool, typer.Option("--spot", help="Cheaper, and may be taken away.")] = False,
    tag: Tag = None,
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Create a VM."""
    here = session(context)
    spec = {
        "name": name,
        "region": region,
        "image": image,
        "vcpus": vcpus,
        "memory_mib": memory_mib,
        "instance_type": instance_type or None,
        "zone": zone or None,
        "architecture": architecture,
        "root_disk_gib": root_disk,
        "public_ip": public_ip,
        "ssh_keys": ssh_key.read_text().splitlines() if ssh_key else [],
        "user_data": user_data.read_text() if user_data else "",
        "spot": spot,
        "tags": tags(tag),
        **_placed(here, network),
    }
    body = {"account_id": here.account(account), "spec": spec}
    here.change("POST", "vms", body, wait, key)


def _placed(here: Session, network: str) -> dict[str, Any]:
    """Subnet and firewall of a network: providers' ids, which the network's record has."""
    if not network:
        return {}
    details = here.connect().get(f"networks/{network}")["details"]
    if not details.get("subnets") or not details["subnets"][0].get("id"):
        raise CliError(f"Network {network} is not ready yet: wait for its operation.")
    firewall = details.get("firewall_id")
    return {
        "subnet_id": details["subnets"][0]["id"],
        "firewall_ids": [firewall] if firewall else [],
    }


@app.command()
def start(context: typer.Context, vm_id: Id, wait: Wait = False, key: Key = "") -> None:
    """Start a stopped VM."""
    session(context).change("POST", f"vms/{vm_id}/start", {}, wait, key)


@app.command()
def stop(
    context: typer.Context,
    vm_id: Id,
    force: Annotated[bool, typer.Option("--force", help="Cut the power.")] = False,
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Ask the guest to shut down, or cut its power."""
    session(context).change("POST", f"vms/{vm_id}/stop", {"force": force}, wait, key)


@app.command()
def restart(context: typer.Context, vm_id: Id, wait: Wait = False, key: Key = "") -> None:
    """Reboot a running VM."""
    session(context).change("POST", f"vms/{vm_id}/restart", {}, wait, key)


@app.command()
def resize(
    context: typer.Context,
    vm_id: Id,
    vcpus: Annotated[int, typer.Option(min=1)],
    memory_mib: Annotated[int, typer.Option("--memory", min=64, help="MiB.")],
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Give a stopped VM another size."""
    body = {"vcpus": vcpus, "memory_mib": memory_mib}
    session(context).change("POST", f"vms/{vm_id}/resize", body, wait, key)


@app.command()
def console(context: typer.Context, vm_id: Id) -> None:
    """Print the serial console so far."""
    here = session(context)
    reply = here.connect().get(f"vms/{vm_id}/console")
    if here.form is not Format.TABLE:
        render_one(reply, here.form, here.out)
    else:
        here.out.out(reply["output"], highlight=False)
