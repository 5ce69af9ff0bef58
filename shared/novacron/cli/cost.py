"""``novacron cost``: query, report, sql, export, settings."""

from __future__ import annotations

import base64
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from novacron.cli import charts
from novacron.cli.exits import CliError
from novacron.cli.output import Format, render_one, show_rows
from novacron.cli.session import Key, session

Json = dict[str, Any]
app = typer.Typer(help="What VMs cost, and who pays.", no_args_is_help=True)
settings = typer.Typer(help="Currency, exchange rates, cost tags, rules.", no_args_is_help=True)
app.add_typer(settings, name="settings")


class _AsWritten(yaml.BaseLoader):
    """Numbers and dates stay the texts that they are; what is left out is nothing, and no text."""


_AsWritten.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("(~|null)?$"), ["~", "n", ""])
_AsWritten.add_constructor("tag:yaml.org,2002:null", lambda *_: None)

From = Annotated[str, typer.Option("--from", help="First day; the month's first if not given.")]
To = Annotated[str, typer.Option("--to", help="Last day, itself included; today if not given.")]
Metric = Annotated[str, typer.Option(help="billed, effective, list or contracted.")]
Billed = Annotated[bool, typer.Option("--billed-only", help="Without what no bill confirms yet.")]


@app.command()
def query(
    context: typer.Context,
    first: From = "",
    last: To = "",
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            help="provider, account, region, service, resource, tag:KEY, commitment, "
            "commitment_status, commitment_type, instance_type.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--filter", "-f", help="DIMENSION=VALUE; repeatable.")
    ] = None,
    every: Annotated[str, typer.Option(help="day, week, month or total.")] = "day",
    metric: Metric = "effective",
    top: Annotated[int, typer.Option(min=1, max=1000, help="Groups; the rest is one.")] = 20,
    compare: Annotated[str, typer.Option(help="previous or year.")] = "",
    billed_only: Billed = False,
) -> None:
    """Say what was spent, in groups and over time."""
    here = session(context)
    asked = {
        **_days(first, last),
        "metric": metric,
        "granularity": every,
        "group_by": by or [],
        "filters": _filters(only),
        "top": top,
        "estimates": not billed_only,
        **({"compare": compare} if compare else {}),
    }
    found = here.connect().ask("costs:query", asked)
    if here.form is Format.TABLE:
        charts.show_answer(found, here.out)
    else:
        render_one(found, here.form, here.out)


@app.command()
def report(
    context: typer.Context,
    first: From = "",
    last: To = "",
    metric: Metric = "effective",
    billed_only: Billed = False,
    keep: Annotated[
        Path | None, typer.Option("--file", dir_okay=False, help="Write .csv, .parquet or .pdf.")
    ] = None,
) -> None:
    """Say who pays, by the tenant's rules."""
    here = session(context)
    asked = {**_days(first, last), "metric": metric, "estimates": not billed_only}
    if keep is not None:
        asked["format"] = keep.suffix.removeprefix(".")
    found = here.connect().ask("costs:report", asked)
    file = found.pop("file", None)
    if keep is not None and file:
        keep.write_bytes(base64.b64decode(file["content"]))
        here.err.print(f"The report is in {keep}")
    if here.form is Format.TABLE:
        charts.show_showback(found, here.out)
    else:
        render_one(found, here.form, here.out)


@app.command()
def sql(
    context: typer.Context,
    text: Annotated[str, typer.Argument(metavar="SELECT", help="Over the table costs.")],
    first: From = "",
    last: To = "",
    billed_only: Billed = False,
) -> None:
    """Ask the rows themselves in SQL."""
    here = session(context)
    asked = {**_days(first, last), "sql": text, "estimates": not billed_only}
    found = here.connect().ask("costs:sql", asked)
    if here.form is not Format.TABLE:
        render_one(found, here.form, here.out)
        return
    show_rows((one["name"] for one in found["columns"]), found["rows"], here.out)
    if found["truncated"]:
        here.err.print("There are more rows: add a LIMIT, or group them.", style="yellow")


@app.command()
def export(
    context: typer.Context,
    keep: Annotated[
        Path, typer.Option("--file", dir_okay=False, help="What to write: .parquet or .csv.")
    ],
    first: From = "",
    last: To = "",
    estimates: Annotated[
        bool, typer.Option("--estimates", help="Also what no bill confirms yet.")
    ] = False,
) -> None:
    """Write the rows of some days as a FOCUS 1.2 file; as CSV where its name ends so."""
    here = session(context)
    form = "csv" if keep.suffix == ".csv" else "parquet"
    asked = {**_days(first, last), "estimates": estimates, "format": form}
    api = here.connect()
    found = api.ask("costs:export", asked)
    if found["file"] is None:
        api.download(found["link"]["url"], keep)
    else:
        keep.write_bytes(base64.b64decode(found["file"]["content"]))
    here.err.print(f"{found['rows']} rows are in {keep}")


@settings.command()
def show(context: typer.Context) -> None:
    """Show them; as YAML they can be edited and put back."""
    session(context).show("costs/settings")


@settings.command()
def put(
    context: typer.Context,
    given: Annotated[Path, typer.Option("--file", exists=True, dir_okay=False, help="As YAML.")],
    key: Key = "",
) -> None:
    """Replace them by a file, which is `show -o yaml` edited."""
    try:
        body = yaml.load(given.read_text(), Loader=_AsWritten)  # noqa: S506
    except yaml.YAMLError as error:
        raise CliError(f"{given} is not YAML: {error}") from error
    if not isinstance(body, dict):
        raise CliError(f"{given} has no settings: `novacron -o yaml cost settings show` has.")
    here = session(context)
    render_one(here.connect().mutate("PUT", "costs/settings", body, key), here.form, here.out)


def _days(first: str, last: str) -> Json:
    """The API leaves the end out; people name the last day."""
    today = date.today()
    start = _day(first) if first else today.replace(day=1)
    end = (_day(last) if last else today) + timedelta(days=1)
    return {"start": start.isoformat(), "end": end.isoformat()}


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day like 2026-01-31") from error


def _filters(pairs: list[str] | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in pairs or []:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise typer.BadParameter(f"{pair!r} is not DIMENSION=VALUE", param_hint="--filter")
        found.setdefault(name, []).append(value)
    return found
