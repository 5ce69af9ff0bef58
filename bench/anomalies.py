"""Our anomaly detector on NAB's cloud metrics, by NAB's rules, against others.

python -m bench.anomalies [--without-libraries]

Series are halved by name, turn and turn about. Our settings, threshold included, were fixed on the
first half; the second is for the figure alone. The published detectors are scored from the anomaly
scores in NAB's repository at the threshold that was published, which its authors chose as the best
on all of NAB's series, these among them. Baselines and libraries get the threshold that is best on
the first half.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.nab.naive import seasonal_naive
from bench.nab.scoring import STANDARD, Scores, best_threshold, every_point, normalised
from bench.nab.series import PUBLISHED, Series, corpus, halves, published, published_rows
from novacron.costs.anomalies.detector import METRICS, scores

PYTHON = Path(".tools/detectors/bin/python")
DAY = 288
"""Values, one every five minutes."""
OURS = "NovaCron"
TIE = 1e-9
"""Published thresholds are rounded."""


@dataclass(frozen=True)
class Result:
    """Normalised standard scores: 0 is no detection, 100 perfect. ``tuned`` is the threshold's
    best on the first half, whatever threshold ``first`` and ``second`` are at."""

    name: str
    threshold: float
    first: float
    second: float
    all: float
    tuned_second: float


def main(libraries: bool = True) -> list[Result]:
    results = sorted(_results(libraries), key=lambda one: -one.second)
    print(f"{'detector':22}  threshold  first half  second half   all   second at tuned threshold")
    for one in results:
        print(
            f"{one.name:22} {one.threshold:10.4f} {one.first:11.1f} {one.second:12.1f} "
            f"{one.all:5.1f} {one.tuned_second:10.1f}"
        )
    return results


def _results(libraries: bool) -> Iterator[Result]:
    every = corpus()
    yield _result(OURS, {one.name: scores(one.values, METRICS) for one in every}, METRICS.alarm)
    naive = {one.name: seasonal_naive(one.values, DAY) for one in every}
    yield _result("seasonal naive, MAD", naive)
    rows = published_rows()
    for name in PUBLISHED:
        threshold = next(iter(rows[name].values()))["Threshold"]
        yield _result(name, published(name), threshold - TIE)
    if libraries:
        for name, found in _libraries(every).items():
            yield _result(name, found)


def _result(name: str, found: Scores, threshold: float | None = None) -> Result:
    first, second = halves()
    tuned = best_threshold(every_point(first, found, STANDARD), STANDARD)
    at = tuned if threshold is None else threshold
    return Result(
        name,
        at,
        normalised(first, found, at),
        normalised(second, found, at),
        normalised(first + second, found, at),
        normalised(second, found, tuned),
    )


def _libraries(every: list[Series]) -> dict[str, dict[str, list[float]]]:
    given = json.dumps({one.name: one.values for one in every})
    done = subprocess.run(
        [str(PYTHON), "-m", "bench.nab.libraries"],
        input=given,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, dict[str, list[float]]] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main("--without-libraries" not in sys.argv)
