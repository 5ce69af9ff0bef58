"""NAB's scoring rules, written from its paper and compared with the scores that it published.

A detection in a labelled window earns by how early it is, the best one of a window counts once; one
outside costs by how far behind the last window it is; a window without a detection costs one. The
first 15% of a series (of at most 5,000 points) are for learning and count for nothing.
https://github.com/numenta/NAB (nab/sweeper.py, nab/runner.py), https://arxiv.org/abs/1510.03336
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.nab.series import Series

PROBATION, PROBATION_POINTS = 0.15, 5000
FAR = 3.0
"""Window widths behind a window from which on a false alarm costs all."""

Scores = Mapping[str, Sequence[float]]
"""Series -> the anomaly score of each of its points."""


@dataclass(frozen=True)
class Profile:
    true_positive: float
    false_positive: float
    false_negative: float


STANDARD = Profile(1.0, 0.11, 1.0)


class Point(NamedTuple):
    score: float
    window: tuple[str, int] | None
    """Series and number of the window that it is in."""
    worth: float
    """What a detection here earns or costs."""


def points(series: Series, scores: Sequence[float], profile: Profile) -> list[Point]:
    """What counts of one series. Raises ValueError: not a score a point."""
    worth: list[Point] = []
    learning = min(math.floor(PROBATION * len(series.values)), PROBATION * PROBATION_POINTS)
    for index, score in enumerate(scores):
        if index < learning:
            continue
        inside = series.window_at(index)
        if inside is None:
            worth.append(Point(score, None, _outside(series, index) * profile.false_positive))
        else:
            first, last = series.windows[inside]
            early = _sigmoid(-(last - index + 1) / (last - first + 1)) / _sigmoid(-1.0)
            worth.append(Point(score, (series.name, inside), early * profile.true_positive))
    if len(scores) != len(series.values):
        raise ValueError(f"{series.name} has {len(series.values)} points, not {len(scores)}")
    return worth


def total(found: Sequence[Point], threshold: float, profile: Profile) -> float:
    """The raw score at a threshold: a score equal to it is a detection."""
    best = {one.window: -profile.false_negative for one in found if one.window is not None}
    alarms = 0.0
    for one in found:
        if one.score < threshold:
            continue
        if one.window is None:
            alarms += one.worth
        else:
            best[one.window] = max(best[one.window], one.worth)
    return alarms + sum(best.values())


def best_threshold(found: Sequence[Point], profile: Profile) -> float:
    """The threshold with the greatest raw score, found by one sweep from the highest down."""
    best = {one.window: -profile.false_negative for one in found if one.window is not None}
    now = top = sum(best.values())
    threshold = 1.1
    falling = sorted(found, key=lambda one: -one.score)
    for index, one in enumerate(falling):
        if one.window is None:
            now += one.worth
        elif one.worth > best[one.window]:
            now += one.worth - best[one.window]
            best[one.window] = one.worth
        level_ends = index + 1 == len(falling) or falling[index + 1].score != one.score
        if level_ends and now > top:
            top, threshold = now, one.score
    return threshold


def every_point(corpus: Sequence[Series], scores: Scores, profile: Profile) -> list[Point]:
    return [point for one in corpus for point in points(one, scores[one.name], profile)]


def normalised(
    corpus: Sequence[Series], scores: Scores, threshold: float, profile: Profile = STANDARD
) -> float:
    """0: as good as no detection at all. 100: each window found at once and no false alarm."""
    windows = sum(len(one.windows) for one in corpus)
    nothing = -profile.false_negative * windows
    perfect = profile.true_positive * windows
    reached = total(every_point(corpus, scores, profile), threshold, profile)
    return 100 * (reached - nothing) / (perfect - nothing)


def _outside(series: Series, index: int) -> float:
    before = [window for window in series.windows if window[1] < index]
    if not before:
        return -1.0
    first, last = before[-1]
    away = (index - last) / (last - first)
    return -1.0 if away > FAR else _sigmoid(away)


def _sigmoid(position: float) -> float:
    """1 at the left edge of a window (-1), 0 at the right (0), near -1 far behind it."""
    return 2 / (1 + math.exp(5 * position)) - 1
