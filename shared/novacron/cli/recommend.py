"""``novacron recommend``: what would save money, why, and how much it really saved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console

from novacron.cli.exits import CliError
from novacron.cli.output import Format, render, render_one
from novacron.cli.session import Key, session

Json = dict[str, Any]
app = typer.Typer(help="Find what would save money, and do it.", no_args_is_help=True)
RecommendationId = Annotated[str, typer.Argument(help="Its id, as `list` shows it.")]
COLUMNS = ["id", "kind", "state", "resource_name", "saving", "currency", "confidence", "realised"]
BARS = "▁▂▃▄▅▆▇█"
WIDTH = 60


@app.command("list")
def list_(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="Such as idle-vm or right-size.")] = "",
    state: Annotated[str, typer.Option(help="Such as open; what is gone is hidden.")] = "",
    account: Annotated[str, typer.Option(help="Only of this account, by name or id.")] = "",
    resource: Annotated[str, typer.Option(help="Only on this resource, by id.")] = "",
) -> None:
    """List what would save money, the largest saving a month first."""
    here = session(context)
    account = here.account(account) if account else ""
    where = {"kind": kind, "state": state, "account": account, "resource": resource}
    here.show_all("recommendations", COLUMNS, **where)


@app.command()
def show(context: typer.Context, recommendation_id: RecommendationId) -> None:
    """Show one: its evidence, formula, risk, and what it really saved."""
    here = session(context)
    reply = here.connect().get(f"recommendations/{recommendation_id}")
    if here.form is Format.TABLE:
        _show(reply, here.out)
    else:
        render_one(reply, here.form, here.out)


@app.command("apply")
def apply_(
    context: typer.Context,
    recommendation_id: RecommendationId,
    confirm: Annotated[
        str,
        typer.Option(help="The name of what is released, or the sum of what is bought, for good."),
    ] = "",
    key: Key = "",
) -> None:
    """Carry it out. `show` says when it is done."""
    _steer(context, recommendation_id, "apply", key, {"confirm": confirm} if confirm else {})


@app.command()
def revert(context: typer.Context, recommendation_id: RecommendationId, key: Key = "") -> None:
    """Take back what was applied."""
    _steer(context, recommendation_id, "revert", key)


@app.command()
def dismiss(context: typer.Context, recommendation_id: RecommendationId, key: Key = "") -> None:
    """Do not advise it again for as long as it stays true."""
    _steer(context, recommendation_id, "dismiss", key)


@app.command()
def commitments(context: typer.Context) -> None:
    """List the commitments that are held, the soonest end first."""
    here = session(context)
    reply = here.connect().get("recommendations/commitments")
    columns = ["days", "end", "renews", "account_id", "region", "name", "amount"]
    render(reply["items"], columns, here.form, here.out)


@app.command()
def rules(context: typer.Context) -> None:
    """Show the rules: their thresholds, and the official page that each follows."""
    here = session(context)
    reply = here.connect().get("recommendations/rules")
    if here.form is not Format.TABLE:
        render_one(reply, here.form, here.out)
        return
    columns = ["kind", "enabled", "window_hours", "grace_hours", "thresholds", "reference"]
    render(reply["rules"], columns, here.form, here.out)
    for kind, why in reply["not_looked_for"].items():
        here.out.print(f"{kind} is not looked for: {why}", markup=False)


@app.command("edit-rules")
def edit_rules(
    context: typer.Context,
    file: Annotated[
        Path, typer.Option("--file", exists=True, dir_okay=False, help="YAML with all edits.")
    ],
    key: Key = "",
) -> None:
    """Replace the tenant's edits of the rules; what the file does not name is as shipped."""
    try:
        body = yaml.safe_load(file.read_text())
    except yaml.YAMLError as error:
        raise CliError(f"{file} is not YAML: {error}") from error
    if not isinstance(body, dict):
        raise CliError(f"{file} is no edit: it needs `rules`, `excluded_tags` or `holidays`.")
    session(context).change("PUT", "recommendations/rules", body, False, key)


def _steer(
    context: typer.Context, recommendation_id: str, verb: str, key: str, body: Json | None = None
) -> None:
    here = session(context)
    path = f"recommendations/{recommendation_id}/{verb}"
    reply = here.connect().mutate("POST", path, body, key=key)
    if here.form is Format.TABLE:
        _show(reply, here.out)
    else:
        render_one(reply, here.form, here.out)


def _show(found: Json, console: Console) -> None:
    apart = ("evidence", "tenant", "version", "rule")
    render_one({k: v for k, v in found.items() if k not in apart}, Format.TABLE, console)
    for one in found["evidence"]:
        text = f"{one['signal']}: {one['observed']:g} of {one['threshold']:g} {one['unit']}"
        console.print(f"\n{text}", markup=False)
        if one.get("points"):
            console.print(chart([value for _, value in one["points"]]), markup=False)


def chart(values: list[float]) -> str:
    """One line; each column the highest of its share of the window, from zero up."""
    step = -(-len(values) // WIDTH)
    columns = [max(values[i : i + step]) for i in range(0, len(values), step)]
    top = max(columns) or 1.0
    return "".join(BARS[round(value / top * (len(BARS) - 1))] for value in columns)
