"""Our forecast against seasonal naive, AutoETS and AutoTheta on public daily series.

python -m bench.forecast [--without-libraries]

28 days ahead from rolling origins, by length of history. MASE: the mean absolute error in units of
the history's own seasonal naive error (https://doi.org/10.1016/j.ijforecast.2006.03.001). MSIS: the
95% bands' scaled interval score (https://doi.org/10.1016/j.ijforecast.2019.04.014), lower is
better. Each source of series weighs the same. Our settings were chosen on these very series; those
of the others by their authors on others.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from bench.forecasting.series import AHEAD, HISTORIES, Case, cases
from novacron.costs.forecast.model import fit

PYTHON = Path(".tools/forecasting/bin/python")
OURS = "NovaCron"
WEEK = 7
Told = list[tuple[float, ...]]
"""A day each: forecast, 80% band, 95% band."""


class Figures(NamedTuple):
    mase: float
    inside_80: float
    inside_95: float
    msis: float


class Row(NamedTuple):
    history: int
    model: str
    cases: int
    figures: Figures
    totals: tuple[float, float] | None
    """How often the sum of all days was in its 80% and its 95% band: only ours gives one."""


def main(libraries: bool = True) -> list[Row]:
    rows = [row for days in HISTORIES for row in _rows(days, libraries)]
    print("history  model            cases   MASE  in 80%  in 95%   MSIS  sum in 80%  in 95%")
    for row in rows:
        mase, in_80, in_95, msis = row.figures
        sums = "".join(f"{share:11.0%}" for share in row.totals or ())
        print(
            f"{row.history:7}  {row.model:15} {row.cases:6} {mase:6.3f} {in_80:7.0%} {in_95:7.0%} "
            f"{msis:6.1f} {sums}"
        )
    return rows


def _rows(days: int, libraries: bool) -> Iterator[Row]:
    every = [case for case in cases(days) if _scale(case.history)]
    begun = time.perf_counter()
    told, sums = zip(*(_ours(case) for case in every), strict=True)
    each = (time.perf_counter() - begun) / len(every)
    print(f"{days} days of history: {each * 1000:.0f} ms a forecast of ours", file=sys.stderr)
    shares = _by_source(every, sums)
    yield Row(days, OURS, len(every), _figures(every, told), (shares[0], shares[1]))
    if libraries:
        for model, found in _libraries(every).items():
            yield Row(days, model, len(every), _figures(every, found), None)


def _ours(case: Case) -> tuple[Told, tuple[float, float]]:
    model = fit(case.history)
    levels = model.levels(AHEAD)
    told: Told = []
    for ahead, level in enumerate(levels, 1):
        narrow, wide = model.day.margin(ahead, 0.8), model.day.margin(ahead, 0.95)
        told.append((level, level - narrow, level + narrow, level - wide, level + wide))
    missed = abs(sum(case.future) - sum(levels))
    inside = [float(missed <= model.total.margin(AHEAD, share)) for share in (0.8, 0.95)]
    return told, (inside[0], inside[1])


def _libraries(every: list[Case]) -> dict[str, list[Told]]:
    done = subprocess.run(
        [str(PYTHON), "-m", "bench.forecasting.libraries"],
        input=json.dumps([case.history for case in every]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, list[Told]] = json.loads(done.stdout)
    return found


def _figures(every: Sequence[Case], told: Sequence[Told]) -> Figures:
    each = [_figures_of(case, days) for case, days in zip(every, told, strict=True)]
    return Figures(*_by_source(every, each))


def _figures_of(case: Case, told: Told) -> Figures:
    scale, days = _scale(case.history), list(zip(case.future, told, strict=True))
    outside = fmean(
        high - low + 40 * (max(low - real, 0) + max(real - high, 0))
        for real, (*_, low, high) in days
    )
    return Figures(
        fmean(abs(real - one[0]) for real, one in days) / scale,
        fmean(one[1] <= real <= one[2] for real, one in days),
        fmean(one[3] <= real <= one[4] for real, one in days),
        outside / scale,
    )


def _scale(history: list[float]) -> float:
    return fmean(abs(now - before) for before, now in zip(history, history[WEEK:], strict=False))


def _by_source(every: Sequence[Case], each: Sequence[tuple[float, ...]]) -> list[float]:
    found: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for case, figures in zip(every, each, strict=True):
        found[case.source].append(figures)
    means = [[fmean(column) for column in zip(*rows, strict=True)] for rows in found.values()]
    return [fmean(column) for column in zip(*means, strict=True)]


if __name__ == "__main__":
    main("--without-libraries" not in sys.argv)
