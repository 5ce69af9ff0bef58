"""Costs as a person reads them: bars, lines of days, what is old or unconfirmed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.bar import Bar
from rich.console import Console
from rich.markup import escape
from rich.table import Table

Json = dict[str, Any]
BAR = 24
STEPS = "▁▂▃▄▅▆▇█"
MOST_POINTS = 62
"""Two months of days; more points than this are put together."""
CENT = Decimal("0.01")


def show_answer(found: Json, console: Console) -> None:
    """A line a group: its bar against the largest, and its course."""
    currency = found["currency"]
    groups = found["groups"]
    largest = max((abs(Decimal(one["total"])) for one in groups), default=Decimal(0))
    table = _table("group", "cost", "", "course")
    compares = any(one["change"] is not None for one in groups)
    if compares:
        table.add_column("CHANGE", justify="right")
    starts = sorted({point["start"] for one in groups for point in one["points"]})
    for one in groups:
        by_start = {point["start"]: Decimal(point["amount"]) for point in one["points"]}
        course = [by_start.get(start, Decimal(0)) for start in starts]
        cells = [_name(one["key"].values()), money(one["total"])]
        row: list[Any] = [*cells, _bar(Decimal(one["total"]), largest), sparkline(course)]
        table.add_row(*row, *([_change(one)] if compares else []))
    console.print(table)
    console.print(f"Total {money(found['total'])} {currency}", highlight=False)
    if found.get("commitments"):
        _show_commitments(found["commitments"], console)
    if Decimal(found["estimated"]):
        told = f"{money(found['estimated'])} {currency} of it is estimated: no bill has it yet."
        console.print(told, highlight=False)
    for one in found.get("exchange", []):
        told = f"{one['currency']} by {one['source']}'s rate {one['rate']} of {one['as_of']}."
        style = "yellow" if one["stale"] else ""
        console.print(told + (" It is stale." if one["stale"] else ""), style=style, markup=False)
    for one in found["freshness"]:
        if one["stale"]:
            since = one["imported_at"]
            told = f"Account {one['account_id']} is stale: last imported {since}."
            console.print(told, style="yellow", markup=False, highlight=False)


def _show_commitments(found: list[Json], console: Console) -> None:
    """A line each; what the bill does not tell is a dash."""
    table = _table("commitment", "used", "unused", "unit", "utilisation", "used cost", "lost")
    for at in (2, 4, 5, 6):
        table.columns[at].justify = "right"
    for one in found:
        share = one["utilisation"]
        used, unused = (
            "-" if one[name] is None else money(one[name]) for name in ("used", "unused")
        )
        told = "-" if share is None else f"{Decimal(share):.1%}"
        costs = (money(one["used_cost"]), money(one["unused_cost"]))
        table.add_row(escape(one["commitment"]), used, unused, one["unit"] or "-", told, *costs)
    console.print(table)


def show_showback(found: Json, console: Console) -> None:
    """A line an owner; what is unallocated is always there."""
    table = _table(found["by"], "total", "", "direct", *found["rules"])
    for column in table.columns[3:]:
        column.justify = "right"
    lines = [*found["owners"], {**found["unallocated"], "owner": "(unallocated)"}]
    largest = max((abs(Decimal(one["total"])) for one in lines), default=Decimal(0))
    for one in lines:
        shared = [money(one["shared"].get(rule, "0")) for rule in found["rules"]]
        total = Decimal(one["total"])
        bar = _bar(total, largest)
        table.add_row(_name([one["owner"]]), money(total), bar, money(one["direct"]), *shared)
    console.print(table)
    console.print(f"Total {money(found['total'])} {found['currency']}", highlight=False)


def sparkline(amounts: list[Decimal]) -> str:
    """From nothing to the largest amount; what is below nothing shows as nothing."""
    size = -(-len(amounts) // MOST_POINTS) or 1
    sums = [sum(amounts[at : at + size], Decimal(0)) for at in range(0, len(amounts), size)]
    largest = max(sums, default=Decimal(0))
    if largest <= 0:
        return STEPS[0] * len(sums)
    top = len(STEPS) - 1
    return "".join(STEPS[max(0, round(amount / largest * top))] for amount in sums)


def money(amount: str | Decimal) -> str:
    """To the cent, with thousands apart; what is less than a cent, to two digits."""
    value = Decimal(amount)
    if value and abs(value) < CENT:
        places = 1 - value.adjusted()
        return f"{value:.{places}f}"
    return f"{value:,.2f}"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column.upper(), justify="right" if number == 1 else "left")
    return table


def _name(values: Any) -> str:
    return escape(", ".join(value or "(none)" for value in values) or "all")


def _bar(amount: Decimal, largest: Decimal) -> Bar | str:
    if largest <= 0 or amount <= 0:
        return ""
    return Bar(float(largest), 0, float(amount), width=BAR)


def _change(one: Json) -> str:
    change, before = Decimal(one["change"]), Decimal(one["compared"])
    sign = "+" if change >= 0 else ""
    share = f" ({change / before:+.0%})" if before > 0 else " (new)"
    return f"{sign}{money(change)}{share}"
