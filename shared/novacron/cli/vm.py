"""``novacron vm``: create, start, stop, restart, resize, console."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from novacron.cli.output import Format, render_one
from novacron.cli.resource import Id, resource_app
from novacron.cli.session import Key, Tag, Wait, session, tags

app = resource_app("VM", "vms", ["id", "name", "state", "account_id", "region", "private_ips"])


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    account: Annotated[str, typer.Option(help="Where to make it: a provider account's id.")],
    region: Annotated[str, typer.Option()],
    image: Annotated[str, typer.Option(help="An alias such as debian-12, or an image id.")],
    vcpus: Annotated[int, typer.Option(min=1)] = 1,
    memory_mib: Annotated[int, typer.Option("--memory", min=64, help="MiB.")] = 1024,
    instance_type: Annotated[str, typer.Option("--type", help="Instead of the cheapest.")] = "",
    subnet: Annotated[str, typer.Option()] = "",
    user_data: Annotated[Path | None, typer.Option(exists=True, dir_okay=False)] = None,
    spot: Annotated[bool, typer.Option("--spot")] = False,
    tag: Tag = None,
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Create a VM."""
    spec = {
        "name": name,
        "region": region,
        "image": image,
        "vcpus": vcpus,
        "memory_mib": memory_mib,
        "instance_type": instance_type or None,
        "subnet_id": subnet or None,
        "user_data": user_data.read_text() if user_data else "",
        "spot": spot,
        "tags": tags(tag),
    }
    body = {"account_id": account, "spec": spec}
    session(context).change("POST", "vms", body, wait, key)


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
