"""What is printed: a table for people, JSON or YAML for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import yaml
from rich.console import Console
from rich.markup import escape
from rich.table import Table

Json = dict[str, Any]
WHOLE = frozenset({"id", "name", "state", "account"})
"""Columns that are copied from the screen: never folded, whatever the width."""


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


def render(items: Iterable[Json], columns: list[str], form: Format, console: Console) -> None:
    """Print a list. ``columns`` choose what a table shows; JSON and YAML show everything."""
    if form is not Format.TABLE:
        _plain(list(items), form, console)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        whole = column in WHOLE
        table.add_column(column.upper().replace("_", " "), overflow="fold", no_wrap=whole)
    for item in items:
        table.add_row(*(_cell(_field(item, column)) for column in columns))
    console.print(table)


def render_one(item: Json, form: Format, console: Console) -> None:
    """Print one object: in a table, a field a line."""
    if form is not Format.TABLE:
        _plain(item, form, console)
        return
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in item.items():
        if value not in (None, [], {}):
            table.add_row(name, _cell(value))
    console.print(table)


def show_rows(columns: Iterable[str], rows: Iterable[list[Any]], console: Console) -> None:
    """Print a table as it was asked for: any names, any values."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(escape(name), overflow="fold")
    for row in rows:
        table.add_row(*(escape(_cell(value)) for value in row))
    console.print(table)


def _plain(value: object, form: Format, console: Console) -> None:
    if form is Format.JSON:
        text = json.dumps(value, indent=2, ensure_ascii=False)
    else:
        text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True).rstrip()
    console.out(text, highlight=False)


def _field(item: Json, column: str) -> object:
    """What a provider tells of a resource stands under ``details``."""
    return item.get(column, item.get("details", {}).get(column))


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return ", ".join(_cell(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={_cell(inner)}" for key, inner in value.items())
    return str(value)
