"""What the detector finds unusual."""

from __future__ import annotations

import random

import pytest

from novacron.costs.anomalies.detector import METRICS, Detector, scores
from novacron.costs.anomalies.tail import Tail


def metric(days: int = 6) -> list[float]:
    """Noise, and a peak at the same time every day."""
    dice = random.Random(1)
    return [
        50 + dice.gauss(0, 2) + (40 if at % 288 in range(100, 106) else 0)
        for at in range(288 * days)
    ]


def test_a_daily_peak_is_no_news_and_a_higher_one_is() -> None:
    values = metric()
    peaks = [at for at in range(288 * 3, len(values)) if at % 288 in range(99, 108)]
    found = scores(values, METRICS)
    assert max(found[at] for at in peaks) < METRICS.alarm
    values[288 * 5 + 200] = 300
    found = scores(values, METRICS)
    assert found[288 * 5 + 200] >= METRICS.alarm
    assert max(found[288 * 5 + 202 :]) == 0  # the fall back is the same incident


def test_a_new_level_is_found_at_once_and_becomes_what_is_expected() -> None:
    values = metric()
    for at in range(288 * 4, len(values)):
        values[at] += 100
    detector = Detector(METRICS)
    told = [detector.look(value) for value in values]
    assert max(one.score for one in told[288 * 4 : 288 * 4 + 5]) >= METRICS.alarm
    assert told[288 * 4 - 1].expected == pytest.approx(50, abs=3)
    assert told[-1].expected == pytest.approx(150, abs=3)


def test_the_bound_is_where_the_surprise_is() -> None:
    dice, tail = random.Random(2), Tail()
    for _ in range(500):
        tail.add(dice.expovariate(1))
    fit = tail.fit()
    assert fit
    assert fit.surprise(fit.bound(4.0)) == pytest.approx(4.0)
    assert fit.bound(3.0) == pytest.approx(6.9, rel=0.35)  # -ln(1/1000) of the exponential
    assert fit.surprise(fit.threshold) == 0


def test_a_flat_past_has_a_tail_only_where_something_is_never_news() -> None:
    tail = Tail()
    for _ in range(100):
        tail.add(5.0)
    assert tail.fit() is None
    fit = tail.fit(least=0.1)
    assert fit
    assert fit.surprise(5.05) < 3 < fit.surprise(6)


def test_too_little_seen_says_nothing() -> None:
    tail = Tail()
    for value in range(19):
        tail.add(value)
    assert tail.fit() is None
    tail.add(19)
    assert tail.fit()
