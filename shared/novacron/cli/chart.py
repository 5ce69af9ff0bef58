"""A chart of a daily cost in a terminal: what was, what will be, and the bands around it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

HEIGHT, WIDTH = 12, 72
KNOWN, COMING, LIKELY, POSSIBLE = "█", "━", "▒", "░"
LEGEND = f"{KNOWN} spent   {COMING} forecast   {LIKELY} 80% band   {POSSIBLE} 95% band"


class Day(NamedTuple):
    """A column. Of a day that is known only ``amount`` counts."""

    amount: float
    known: bool
    likely: tuple[float, float]
    possible: tuple[float, float]


def chart(days: Sequence[Day], first: str, last: str) -> list[str]:
    """Lines from the top; ``first`` and ``last`` stand below the ends. Days that do not fit are
    joined, as means."""
    columns = _narrowed(days)
    top = max(max(one.amount, one.possible[1]) for one in columns) or 1.0
    step = top / HEIGHT
    lines = []
    for level in reversed(range(HEIGHT)):
        low = level * step
        label = f"{low + step:10,.2f} " if level % 3 == 2 else " " * 11
        lines.append(label + "│" + "".join(_cell(one, low, low + step) for one in columns))
    width = len(columns)
    lines.append(" " * 11 + "└" + "─" * width)
    return [*lines, " " * 12 + first + last.rjust(max(width - len(first), 0)), LEGEND]


def _cell(day: Day, low: float, high: float) -> str:
    if day.known:
        return KNOWN if day.amount > low else " "
    if low <= day.amount < high or (low == 0 and day.amount <= 0):
        return COMING
    if _meets(day.likely, low, high):
        return LIKELY
    return POSSIBLE if _meets(day.possible, low, high) else " "


def _meets(band: tuple[float, float], low: float, high: float) -> bool:
    return band[0] < high and band[1] > low


def _narrowed(days: Sequence[Day]) -> list[Day]:
    """At most ``WIDTH`` columns; one is never both known and forecast."""
    size = -(-len(days) // WIDTH)
    columns = []
    for known in (True, False):
        part = [one for one in days if one.known is known]
        columns += [_mean(part[at : at + size]) for at in range(0, len(part), size)]
    return columns


def _mean(days: Sequence[Day]) -> Day:
    def mean(values: Sequence[float]) -> float:
        return sum(values) / len(values)

    def band(bands: Sequence[tuple[float, float]]) -> tuple[float, float]:
        return mean([low for low, _ in bands]), mean([high for _, high in bands])

    return Day(
        mean([one.amount for one in days]),
        days[0].known,
        band([one.likely for one in days]),
        band([one.possible for one in days]),
    )
