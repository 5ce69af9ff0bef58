"""``novacron migration wave``: many VMs moved a few at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.progress import track

from novacron.cli import wave_plan
from novacron.cli.exits import CliError
from novacron.cli.output import Format, render, render_one
from novacron.cli.session import Key, Session, Wait, session

Json = dict[str, Any]
app = typer.Typer(help="Move many VMs, a few at a time.", no_args_is_help=True)
WaveId = Annotated[str, typer.Argument(help="The wave's id: its operation's resource_id.")]
Plan = Annotated[
    Path,
    typer.Option(
        "--plan",
        exists=True,
        dir_okay=False,
        help="YAML: name, at_once, and moves, each with vm_id, spec and after.",
    ),
]

ASSESSED_AT_ONCE = 8
"""Each asks two clouds some twenty questions."""


@app.command()
def assess(context: typer.Context, file: Plan) -> None:
    """Say what a wave would meet, take and cost, VM by VM and together; change nothing.

    The file need not be approved. Limits of an account are looked at for each VM by itself.
    """
    here, wave = session(context), _read(file)
    client, bodies = here.connect(), [_asked(one) for one in wave["moves"]]
    with ThreadPoolExecutor(ASSESSED_AT_ONCE) as pool:
        replies = pool.map(lambda body: client.ask("migrations:assess", body), bodies)
        steps = track(replies, "assess", len(bodies), console=here.err, transient=True)
        found = wave_plan.together(wave, list(steps))
    if here.form is Format.TABLE:
        wave_plan.show(found, here.out)
    else:
        render_one(found, here.form, here.out)


def _asked(move: Json) -> Json:
    return {"vm_id": move["vm_id"], "spec": move["spec"]}


@app.command()
def start(context: typer.Context, file: Plan, wait: Wait = False, key: Key = "") -> None:
    """Begin the wave that an approved file describes."""
    wave = _read(file)
    if wave.pop("approved", None) is not True:
        raise CliError(f"{file} is not approved: read it, and set `approved: true` in it.")
    session(context).change("POST", "waves", wave, wait, key)


@app.command()
def show(context: typer.Context, wave_id: WaveId) -> None:
    """Show one: how many have moved, and where each VM is."""
    here = session(context)
    _show(here, here.connect().get(f"waves/{wave_id}"))


@app.command()
def pause(context: typer.Context, wave_id: WaveId, key: Key = "") -> None:
    """Begin no more, and pause those that are under way."""
    _steer(session(context), wave_id, "pause", key)


@app.command()
def resume(context: typer.Context, wave_id: WaveId, key: Key = "") -> None:
    """Go on."""
    _steer(session(context), wave_id, "resume", key)


@app.command()
def cancel(
    context: typer.Context,
    wave_id: WaveId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    key: Key = "",
) -> None:
    """Begin no more, and undo those that are under way; what has moved stays moved."""
    if not yes:
        typer.confirm(f"Cancel wave {wave_id}?", abort=True, err=True)
    _steer(session(context), wave_id, "cancel", key)


def _steer(here: Session, wave_id: str, verb: str, key: str) -> None:
    _show(here, here.connect().mutate("POST", f"waves/{wave_id}/{verb}", key=key))


def _show(here: Session, reply: Json) -> None:
    if here.form is not Format.TABLE:
        render_one(reply, here.form, here.out)
        return
    render_one({k: v for k, v in reply.items() if k != "moves"}, here.form, here.out)
    render(reply["moves"], ["vm_id", "state", "migration_id", "detail"], here.form, here.out)


def _read(path: Path) -> Json:
    """Raises CliError: no wave."""
    try:
        found = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        raise CliError(f"{path} is not YAML: {error}") from error
    if not isinstance(found, dict) or not {"name", "moves"} <= found.keys():
        raise CliError(f"{path} is no wave: it needs name and moves.")
    for move in found["moves"]:
        if not isinstance(move, dict) or not {"vm_id", "spec"} <= move.keys():
            raise CliError(f"A move in {path} needs vm_id and spec, and has {move!r}.")
    return found
