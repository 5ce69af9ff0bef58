"""Our forecast on public daily series: MASE and bands against naive and AutoETS; minutes."""

from __future__ import annotations

from collections import defaultdict

from bench.forecast import OURS, Row, main
from infra.proofs.__main__ import NotProven

INSIDE = {"80%": (0.75, 0.92), "95%": (0.90, 0.99)}
"""How often a day must be in the band of that name."""


def prove() -> str:
    by: defaultdict[int, dict[str, Row]] = defaultdict(dict)
    for row in main():
        by[row.history][row.model] = row
    return "; ".join(_history(days, rows) for days, rows in by.items())


def _history(days: int, rows: dict[str, Row]) -> str:
    ours = rows[OURS].figures
    for name in ("seasonal naive", "AutoETS"):
        if rows[name].figures.mase < ours.mase:
            raise NotProven(f"{days} days: {name} misses less: {rows[name].figures.mase:.3f}")
    for share, (band, (least, most)) in zip(ours[1:3], INSIDE.items(), strict=True):
        if not least <= share <= most:
            raise NotProven(f"{days} days: {share:.0%} are in the {band} band")
    others = ", ".join(f"{one} {row.figures.mase:.3f}" for one, row in rows.items() if one != OURS)
    return (
        f"{days} days of history: MASE {ours.mase:.3f} ({others}), {ours.inside_80:.0%} in the 80% "
        f"band, {ours.inside_95:.0%} in the 95% band"
    )
