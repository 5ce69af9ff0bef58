"""NAB's series of cloud metrics with their labelled windows, and published detectors' scores."""

from __future__ import annotations

import csv
import gzip
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "tests/data/nab"
PUBLISHED = ("ARTime", "numenta", "contextOSE", "htmjava", "numentaTM")
"""The five with the highest standard score of all in NAB's results/final_results.json."""


@dataclass(frozen=True)
class Series:
    name: str
    times: list[datetime]
    values: list[float]
    windows: list[tuple[int, int]]
    """First and last point of each labelled anomaly."""

    def window_at(self, index: int) -> int | None:
        for number, (first, last) in enumerate(self.windows):
            if first <= index <= last:
                return number
        return None


def corpus() -> list[Series]:
    """All, by name."""
    windows = json.loads((DATA / "windows.json").read_text())
    return [_read(DATA / name, windows[name]) for name in sorted(windows)]


def halves() -> tuple[list[Series], list[Series]]:
    """For tuning, and for the final figure alone: by name, turn and turn about."""
    every = corpus()
    return every[::2], every[1::2]


def published(detector: str) -> dict[str, list[float]]:
    """The anomaly scores that NAB's repository holds, by series."""
    scores: dict[str, list[float]] = defaultdict(list)
    with gzip.open(DATA / "published" / f"{detector}.csv.gz", "rt") as lines:
        for line in lines:
            name, score = line.rsplit(",", 1)
            scores[name].append(float(score))
    return scores


def published_rows() -> dict[str, dict[str, dict[str, float]]]:
    """Detector -> series -> its row in NAB's own table of standard scores."""
    rows: dict[str, Any] = json.loads((DATA / "published/standard_scores.json").read_text())
    return rows


def _read(path: Path, windows: list[list[str]]) -> Series:
    with path.open() as lines:
        rows = list(csv.DictReader(lines))
    times = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    edges = [
        (times.index(datetime.fromisoformat(first)), times.index(datetime.fromisoformat(last)))
        for first, last in windows
    ]
    return Series(path.name, times, [float(row["value"]) for row in rows], edges)
