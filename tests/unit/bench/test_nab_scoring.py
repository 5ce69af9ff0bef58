"""Our NAB rules give NAB's own published scores."""

from __future__ import annotations

import pytest

from bench.anomalies import TIE
from bench.nab.scoring import (
    STANDARD,
    best_threshold,
    every_point,
    normalised,
    points,
    total,
)
from bench.nab.series import PUBLISHED, corpus, halves, published, published_rows

EVERY = corpus()


@pytest.mark.parametrize("detector", PUBLISHED)
def test_each_series_score_is_the_published_one(detector: str) -> None:
    scores, rows = published(detector), published_rows()[detector]
    for one in EVERY:
        row = rows[one.name]
        found = points(one, scores[one.name], STANDARD)
        at = row["Threshold"] - TIE
        assert total(found, at, STANDARD) == pytest.approx(row["Score"], abs=1e-9)
        counted = [point for point in found if point.score >= at]
        assert sum(point.window is None for point in counted) == row["FP"]


def test_no_detection_is_nothing_and_the_first_point_of_each_window_is_all() -> None:
    nothing = {one.name: [0.0] * len(one.values) for one in EVERY}
    assert normalised(EVERY, nothing, 0.5) == 0
    for row in published_rows()["null"].values():
        assert row["Score"] <= 0
    perfect = {name: list(scores) for name, scores in nothing.items()}
    for one in EVERY:
        for first, _ in one.windows:
            perfect[one.name][first] = 1.0
    assert normalised(EVERY, perfect, 0.5) == pytest.approx(100)


def test_the_sweep_finds_the_best_threshold() -> None:
    first, _ = halves()
    scores = published("numenta")
    found = every_point(first, scores, STANDARD)
    best = total(found, best_threshold(found, STANDARD), STANDARD)
    tried = {point.score for point in found}
    assert best == pytest.approx(max(total(found, at, STANDARD) for at in sorted(tried)[-200:]))


def test_the_halves_share_no_series() -> None:
    first, second = ({one.name for one in half} for half in halves())
    assert not first & second
    assert len(first | second) == 17
