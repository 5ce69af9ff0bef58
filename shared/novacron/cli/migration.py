"""``novacron migration``: assess, start, look at, steer and undo moves of VMs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from novacron.cli import plan, wave
from novacron.cli.exits import CliError
from novacron.cli.output import Format, render_one
from novacron.cli.session import Key, Mbit, NoLimit, Session, Tag, Wait, session, tags
from novacron.cli.session import limit as wanted

Json = dict[str, Any]
app = typer.Typer(help="Move VMs between accounts, regions and hosts.", no_args_is_help=True)
app.add_typer(wave.app, name="wave")
MigrationId = Annotated[str, typer.Argument(help="The migration's id, as `list` shows it.")]
Vm = Annotated[str, typer.Argument(help="The VM's id, as `vm list` shows it.")]
To = Annotated[str, typer.Option("--to", help="The target's account, by name or id.")]
Region = Annotated[str, typer.Option(help="Of the target.")]
Zone = Annotated[str, typer.Option(help="Instead of the provider's choice.")]
NewName = Annotated[str, typer.Option("--name", help="If it is not to keep its name.")]
Kind = Annotated[str, typer.Option("--type", help="Instead of the cheapest that fits.")]
Subnet = Annotated[str, typer.Option(help="The provider's id of the target's subnet.")]
Firewall = Annotated[list[str] | None, typer.Option(help="The provider's id; repeatable.")]
PrivateIp = Annotated[str, typer.Option(help="The target's address in the subnet.")]
Boot = Annotated[str, typer.Option("--boot", help="bios or uefi.")]
Downtime = Annotated[int, typer.Option("--max-downtime", min=1, help="Seconds.")]
MaxMbit = Annotated[
    int | None, typer.Option(min=10, help="Limit of its bandwidth, in millions of bits a second.")
]
Keep = Annotated[
    Path | None, typer.Option("--plan", dir_okay=False, help="Write the plan to this file.")
]
Approved = Annotated[
    bool, typer.Option("--hold", help="Wait for `cut-over` when all but the rest is copied.")
]
Prepare = Annotated[
    bool, typer.Option("--prepare-guest", help="First make the guest ready, where it runs now.")
]


@app.command()
def assess(
    context: typer.Context,
    vm_id: Vm,
    to: To,
    region: Region,
    zone: Zone = "",
    name: NewName = "",
    instance_type: Kind = "",
    subnet: Subnet = "",
    firewall: Firewall = None,
    private_ip: PrivateIp = "",
    boot: Boot = "bios",
    max_downtime: Downtime = 30,
    max_mbit: MaxMbit = None,
    hold: Approved = False,
    prepare_guest: Prepare = False,
    tag: Tag = None,
    keep: Keep = None,
) -> None:
    """Say what a migration would meet, take and cost; change nothing."""
    here = session(context)
    given = {
        "account_id": here.account(to),
        "region": region,
        "zone": zone,
        "name": name,
        "instance_type": instance_type,
        "subnet_id": subnet,
        "firewall_ids": firewall,
        "private_ip": private_ip,
        "tags": tags(tag),
        "boot_mode": boot,
        "max_downtime_seconds": max_downtime,
        "max_mbit_per_second": max_mbit,
        "cutover": "approved" if hold else "automatic",
        "prepare_guest": prepare_guest,
    }
    spec = {key: value for key, value in given.items() if value}
    _assess(here, {"vm_id": vm_id, "spec": spec}, keep)


@app.command("assess-back")
def assess_back(context: typer.Context, migration_id: MigrationId, keep: Keep = None) -> None:
    """Say what a move of the target back to where it came from would meet, take and cost.

    It is a migration as any other and keeps what the target has written; of the disks only what
    is not in the chunk store is sent. The source's VM has its name until it is deleted.
    """
    here = session(context)
    client = here.connect()
    migration = client.get(f"migrations/{migration_id}")
    if migration["new_vm_id"] is None:
        raise CliError(f"{migration_id} has no target that could move back.")
    _assess(here, plan.back(migration, client.get(f"vms/{migration['vm_id']}")), keep)


def _assess(here: Session, body: Json, keep: Path | None) -> None:
    reply = here.connect().ask("migrations:assess", body)
    if keep is not None:
        keep.write_text(plan.document(body, reply))
        here.err.print(f"The plan is in {keep}: read it, set approved, then start it.")
    if here.form is Format.TABLE:
        plan.show(reply, here.out)
    else:
        render_one(reply, here.form, here.out)


@app.command()
def start(
    context: typer.Context,
    keep: Annotated[
        Path, typer.Option("--plan", exists=True, dir_okay=False, help="An approved plan's file.")
    ],
    wait: Wait = False,
    key: Key = "",
) -> None:
    """Begin the migration that an approved plan describes."""
    session(context).change("POST", "migrations", _read(keep), wait, key)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List all migrations."""
    session(context).show_all("migrations", ["id", "vm_id", "phase", "paused", "new_vm_id"])


@app.command()
def show(context: typer.Context, migration_id: MigrationId) -> None:
    """Show one: where it is, each round, each term of the downtime."""
    here = session(context)
    _show(here, here.connect().get(f"migrations/{migration_id}"))


@app.command()
def pause(context: typer.Context, migration_id: MigrationId, key: Key = "") -> None:
    """Copy nothing more until it is resumed."""
    _steer(session(context), migration_id, "pause", key)


@app.command()
def resume(context: typer.Context, migration_id: MigrationId, key: Key = "") -> None:
    """Go on copying."""
    _steer(session(context), migration_id, "resume", key)


@app.command()
def limit(
    context: typer.Context,
    migration_id: MigrationId,
    mbit: Mbit = None,
    none: NoLimit = False,
    key: Key = "",
) -> None:
    """Change its limit of bandwidth from now on, or take it away; in the cutover too."""
    asked = wanted(mbit, none)
    if asked is None:
        raise CliError("Give --mbit or --none; `show` tells what the limit is.")
    here = session(context)
    reply = here.connect().mutate("PUT", f"migrations/{migration_id}/bandwidth", asked, key=key)
    _show(here, reply)


@app.command("cut-over")
def cut_over(context: typer.Context, migration_id: MigrationId, key: Key = "") -> None:
    """Stop the source and start the target as soon as the round under way has ended."""
    _steer(session(context), migration_id, "cut-over", key)


@app.command()
def cancel(
    context: typer.Context,
    migration_id: MigrationId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    key: Key = "",
) -> None:
    """Undo it: the source goes on, what was copied is removed."""
    if not yes:
        typer.confirm(f"Cancel migration {migration_id}?", abort=True, err=True)
    _steer(session(context), migration_id, "cancel", key)


@app.command("roll-back")
def roll_back(
    context: typer.Context,
    migration_id: MigrationId,
    lose_writes: Annotated[
        bool, typer.Option("--lose-writes", help="After the commit: the target's writes are lost.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    key: Key = "",
) -> None:
    """Before the commit undo it; after it start the source as it was left and stop the target.

    After the commit nothing is copied back: what the target has written is not in the source. To
    keep it, see `assess-back`.
    """
    here = session(context)
    if lose_writes:
        here.err.print("What the target has written since the cutover will be lost.")
    if not yes:
        typer.confirm(f"Roll migration {migration_id} back?", abort=True, err=True)
    _steer(here, migration_id, "roll-back", key, {"lose_writes": lose_writes})


def _steer(here: Session, migration_id: str, verb: str, key: str, body: Json | None = None) -> None:
    _show(here, here.connect().mutate("POST", f"migrations/{migration_id}/{verb}", body, key=key))


def _show(here: Session, reply: Json) -> None:
    if here.form is Format.TABLE:
        plan.show_migration(reply, here.out)
    else:
        render_one(reply, here.form, here.out)


def _read(path: Path) -> Json:
    """What the plan asks for. Raises CliError: no plan, or nobody approved it."""
    try:
        found = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise CliError(f"{path} is not YAML: {error}") from error
    if not isinstance(found, dict) or not {"vm_id", "spec"} <= found.keys():
        raise CliError(f"{path} is no plan: `novacron migration assess --plan` writes one.")
    if found.get("approved") is not True:
        raise CliError(f"{path} is not approved: read it, and set `approved: true` in it.")
    return {"vm_id": found["vm_id"], "spec": found["spec"]}
