"""``novacron budget``: limit what is spent, see how it stands, approve, revert."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from novacron.cli.exits import CliError
from novacron.cli.output import Format, render_one
from novacron.cli.session import Key, Session, Tag, session, tags

Json = dict[str, Any]
app = typer.Typer(help="Limit what is spent.", no_args_is_help=True)
BudgetId = Annotated[str, typer.Argument(help="The budget's id, as `list` shows it.")]
Limit = Annotated[str, typer.Option(help="How much may be spent in a period.")]
Guard = Annotated[str, typer.Option(help="Of new VMs: refuse, approve or off.")]
Unpriced = Annotated[str, typer.Option(help="VMs without a price: refuse, allow.")]
Stop = Annotated[
    list[str] | None, typer.Option(help="key=value of VMs to stop at the last --alert.")
]
SecretFile = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="What signs webhooks.")
]
WIDTH = 30
SHOWN = ("id", "created_at", "standing")
"""Of a budget, and not of a request."""


@app.command()
def create(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    limit: Limit,
    currency: Annotated[str, typer.Option(help="ISO 4217.")] = "USD",
    period: Annotated[str, typer.Option(help="monthly, quarterly, yearly or total.")] = "monthly",
    start: Annotated[str, typer.Option(help="Of a total: its first day.")] = "",
    end: Annotated[str, typer.Option(help="Of a total: the day after its last.")] = "",
    account: Annotated[str, typer.Option(help="Of this account alone, by name or id.")] = "",
    project: Annotated[str, typer.Option(help="Of what has this value of the tag project.")] = "",
    tag: Tag = None,
    parent: Annotated[str, typer.Option(help="The id of a budget that this is a part of.")] = "",
    guard: Guard = "refuse",
    unpriced: Unpriced = "refuse",
    alert: Annotated[
        list[str] | None,
        typer.Option(help="actual, forecast or rate, at a percent or an amount: actual=80%."),
    ] = None,
    stop: Stop = None,
    email: Annotated[list[str] | None, typer.Option(help="Who is told.")] = None,
    sns: Annotated[list[str] | None, typer.Option(help="A topic's ARN.")] = None,
    webhook: Annotated[list[str] | None, typer.Option(help="An https URL.")] = None,
    secret_file: SecretFile = None,
    key: Key = "",
) -> None:
    """Make a budget."""
    here = session(context)
    scope = {
        "account_id": here.account(account) if account else None,
        "tags": tags(tag) | ({"project": project} if project else {}),
    }
    body = {
        "name": name,
        "limit": limit,
        "currency": currency,
        "period": period,
        "start": start or None,
        "end": end or None,
        "scope": scope,
        "parent": parent or None,
        "guard": guard,
        "unpriced": unpriced,
        "thresholds": _thresholds(alert or [], tags(stop)),
        "channels": _channels(email, sns, webhook),
        "webhook_secret": secret_file.read_text().strip() if secret_file else None,
    }
    _show(here, here.connect().mutate("POST", "budgets", body, key))


@app.command("set")
def set_(
    context: typer.Context,
    budget_id: BudgetId,
    limit: Limit = "",
    guard: Guard = "",
    unpriced: Unpriced = "",
    alert: Annotated[
        list[str] | None, typer.Option(help="Instead of all alerts: actual=80%.")
    ] = None,
    stop: Stop = None,
    email: Annotated[list[str] | None, typer.Option(help="Instead of all who are told.")] = None,
    sns: Annotated[list[str] | None, typer.Option(help="A topic's ARN, likewise.")] = None,
    webhook: Annotated[list[str] | None, typer.Option(help="An https URL, likewise.")] = None,
    secret_file: SecretFile = None,
    key: Key = "",
) -> None:
    """Change a budget; what is not named stays. What it covers and when cannot be changed."""
    here = session(context)
    found = here.connect().get(f"budgets/{budget_id}")
    body = {name: value for name, value in found.items() if name not in SHOWN}
    given = {"limit": limit, "guard": guard, "unpriced": unpriced}
    body |= {name: value for name, value in given.items() if value}
    if alert or stop:
        body["thresholds"] = _thresholds(alert or [], tags(stop))
    body["channels"] = _channels(email, sns, webhook) or body["channels"]
    if secret_file is not None:
        body["webhook_secret"] = secret_file.read_text().strip()
    elif any(one["kind"] == "webhook" for one in body["channels"]):
        raise CliError("A webhook's secret is never shown: give it again by --secret-file.", 2)
    _show(here, here.connect().mutate("PUT", f"budgets/{budget_id}", body, key))


@app.command("list")
def list_(context: typer.Context) -> None:
    """List all budgets and how they stand."""
    here = session(context)
    if here.form is not Format.TABLE:
        here.show_all("budgets", [])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("ID", "NAME", "LIMIT", "SPENT", "RESERVED", "LEFT", "FORECAST", ""):
        table.add_column(column, no_wrap=True)
    for item in here.connect().walk("budgets"):
        standing = item["standing"] or {}
        figures = [_figure(standing, one) for one in ("spent", "reserved", "left", "forecast")]
        limit = f"{Decimal(item['limit']):.2f} {item['currency']}"
        table.add_row(item["id"], item["name"], limit, *figures, bar(item))
    here.out.print(table)


@app.command()
def show(context: typer.Context, budget_id: BudgetId) -> None:
    """Show one budget and how it stands."""
    here = session(context)
    _show(here, here.connect().get(f"budgets/{budget_id}"))


@app.command()
def approve(
    context: typer.Context,
    budget_id: BudgetId,
    amount: Annotated[str, typer.Option(help="Beyond the limit, in this period; 0: no more.")],
    key: Key = "",
) -> None:
    """Let a budget go beyond its limit in this period."""
    here = session(context)
    path = f"budgets/{budget_id}/approve"
    _show(here, here.connect().mutate("POST", path, {"amount": amount}, key))


@app.command()
def revert(context: typer.Context, budget_id: BudgetId, key: Key = "") -> None:
    """Start the VMs that the budget stopped."""
    session(context).change("POST", f"budgets/{budget_id}/revert", None, False, key)


@app.command()
def delete(
    context: typer.Context,
    budget_id: BudgetId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    key: Key = "",
) -> None:
    """Delete a budget: nothing is limited by it any more."""
    if not yes:
        typer.confirm(f"Delete budget {budget_id}?", abort=True)
    session(context).change("DELETE", f"budgets/{budget_id}", None, False, key)


def bar(item: Json) -> Text:
    """Spent, reserved and free parts of the limit; a mark where the forecast is."""
    standing = item["standing"]
    if standing is None:
        return Text("no period now", style="dim")
    whole = Decimal(item["limit"]) + Decimal(standing["approved"])
    spent = min(WIDTH, _cells(standing["spent"], whole))
    reserved = min(WIDTH - spent, _cells(standing["reserved"], whole))
    colour = "red" if Decimal(standing["left"]) < 0 else "green"
    cells = [("█", colour)] * spent + [("▒", "yellow")] * reserved
    cells += [("·", "dim")] * (WIDTH - len(cells))
    cells.insert(min(WIDTH, _cells(standing["forecast"], whole)), ("│", "bold"))
    return Text.assemble(*cells)


def _cells(amount: str, whole: Decimal) -> int:
    return max(0, round(Decimal(amount) / whole * WIDTH))


def _figure(standing: Json, name: str) -> str:
    return f"{Decimal(standing[name]):.2f}" if name in standing else "-"


def _show(here: Session, item: Json) -> None:
    render_one(item, here.form, here.out)
    if here.form is Format.TABLE:
        here.out.print(bar(item))
        here.out.print("█ spent  ▒ reserved by what runs  · free  │ forecast", style="dim")


def _thresholds(alerts: list[str], stop: dict[str, str]) -> list[Json]:
    """CliError: not ``measure=figure``, or something to stop and no alert to do it at."""
    found: list[Json] = []
    for alert in alerts:
        measure, equals, figure = alert.partition("=")
        if not equals or not figure:
            raise CliError(f"{alert!r} is no alert: write actual=80%, or forecast=500.", 2)
        unit = "percent" if figure.endswith("%") else "amount"
        found.append({"measure": measure, unit: figure.rstrip("%")})
    if stop:
        if not found:
            raise CliError("--stop needs an --alert at which to stop.", 2)
        found[-1]["stop"] = stop
    return found


def _channels(
    email: list[str] | None, sns: list[str] | None, webhook: list[str] | None
) -> list[Json]:
    return [
        *({"kind": "email", "address": one} for one in email or []),
        *({"kind": "sns", "topic": one} for one in sns or []),
        *({"kind": "webhook", "url": one} for one in webhook or []),
    ]
