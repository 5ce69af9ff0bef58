"""Buying in steps, so that not all commitments end, or prove wrong, at once; when they end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple


class Held(NamedTuple):
    """A commitment bought before: ``units`` of a pool from ``start`` up to and without ``end``."""

    pool: str
    units: int
    start: date
    end: date


class Tranche(NamedTuple):
    on: date
    units: int


def ladder(units: int, steps: int, first: date, months: int) -> list[Tranche]:
    """``units`` in ``steps`` purchases as even as whole units allow, the larger ones first, so many
    ``months`` apart; fewer where there are fewer units."""
    steps = min(steps, units)
    return [
        Tranche(later(first, months * index), units // steps + (index < units % steps))
        for index in range(steps)
    ]


def held_on(day: date, held: Iterable[Held]) -> dict[str, int]:
    """Pool -> units that are paid for on ``day``."""
    found: dict[str, int] = {}
    for one in held:
        if one.start <= day < one.end:
            found[one.pool] = found.get(one.pool, 0) + one.units
    return found


def endings(held: Iterable[Held], start: date, end: date) -> list[Held]:
    """Those that end in [start, end], the soonest first: the calendar of what to renew."""
    return sorted((one for one in held if start <= one.end <= end), key=lambda one: one.end)


def later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - first).days))
