"""``novacron cost``: forecast, anomalies, anomaly, feedback; a part of its commands."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.console import Console

from novacron.cli.chart import Day, chart
from novacron.cli.output import Format, render, render_one
from novacron.cli.session import Key, session

Json = dict[str, Any]
app = typer.Typer()
AnomalyId = Annotated[str, typer.Argument(help="The anomaly's id, as `anomalies` shows it.")]
COLUMNS = [
    "id", "day", "scope", "value", "amount", "expected", "severity", "currency", "cause", "state",
]  # fmt: skip


@app.command()
def forecast(
    context: typer.Context,
    until: Annotated[str, typer.Option(help="month, quarter or year: its end.")] = "month",
    by: Annotated[
        list[str] | None, typer.Option("--by", help="A dimension, such as service; repeatable.")
    ] = None,
    where: Annotated[
        list[str] | None, typer.Option("--filter", help="dimension=value; repeatable.")
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            help="start,daily amount[,end[,dimension=value]]: a planned start or stop; repeatable."
        ),
    ] = None,
    metric: Annotated[str, typer.Option(help="billed, effective, list, contracted.")] = "effective",
    top: Annotated[int, typer.Option(min=1, max=50, help="Groups that are shown.")] = 5,
) -> None:
    """Show what will be spent, with bands that hold it 80 and 95 times of 100."""
    here = session(context)
    asked = {"until": until, "metric": metric, "top": top}
    lists = {"group_by": by, "filter": where, "change": change}
    params = asked | {name: values for name, values in lists.items() if values}
    reply = here.connect().get("costs/forecast", **params)
    if here.form is not Format.TABLE:
        render_one(reply, here.form, here.out)
        return
    for group in reply["groups"]:
        _show(group, reply, here.out)
    for one in reply.get("changes", []):
        told = f"From {one['start']}: {one['daily']} a day. {one['reason']}"
        here.out.print(told, markup=False, style="dim")


@app.command()
def anomalies(context: typer.Context) -> None:
    """List costs that were not as they used to be, the newest first."""
    here = session(context)
    items = sorted(here.connect().walk("anomalies"), key=lambda one: str(one["id"]), reverse=True)
    render(items, COLUMNS, here.form, here.out)


@app.command()
def anomaly(context: typer.Context, anomaly_id: AnomalyId) -> None:
    """Show one: its band, its cause, the resources behind it."""
    session(context).show(f"anomalies/{anomaly_id}")


@app.command()
def feedback(
    context: typer.Context,
    anomaly_id: AnomalyId,
    verdict: Annotated[str, typer.Argument(help="expected mutes its like; confirmed does not.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is muted.")] = 30,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    key: Key = "",
) -> None:
    """Say what an anomaly was: expected, and not to be told again for a time, or confirmed."""
    body = {"verdict": verdict, "days": days, "note": note}
    session(context).change("POST", f"anomalies/{anomaly_id}/feedback", body, False, key)


def _show(group: Json, reply: Json, out: Console) -> None:
    name = ", ".join(value or "(none)" for value in group["key"].values()) or "All costs"
    out.print(f"\n{name}, {reply['currency']} a day", style="bold", markup=False)
    if group["points"]:
        days = _days(group)
        for line in chart(days, group["history"][0][0], group["points"][-1]["day"]):
            out.print(line, markup=False, highlight=False)
    if group["note"]:
        out.print(group["note"], style="yellow", markup=False)
    rows = [
        {
            "to the end of": one["period"],
            "spent": _money(one["actual"]),
            "forecast": _money(one["amount"]),
            "80%": _range(one["band_80"]),
            "95%": _range(one["band_95"]),
        }
        for one in group["periods"]
    ]
    render(rows, list(rows[0]), Format.TABLE, out)


def _days(group: Json) -> list[Day]:
    known = [(float(amount), True) for _, amount in group["history"]]
    days = [Day(amount, told, (amount, amount), (amount, amount)) for amount, told in known]
    for point in group["points"]:
        amount = float(point["amount"])
        bands = [_edges(point[name], amount) for name in ("band_80", "band_95")]
        days.append(Day(amount, False, *bands))
    return days


def _edges(band: Json | None, amount: float) -> tuple[float, float]:
    return (float(band["low"]), float(band["high"])) if band else (amount, amount)


def _range(band: Json | None) -> str:
    return f"{_money(band['low'])} to {_money(band['high'])}" if band else "unknown"


def _money(amount: str) -> str:
    return f"{Decimal(amount):,.2f}"
