"""A value at a time: what was expected, between which bounds, how unusual what came is.

Four things are watched, each against the tail of its own past: the step from the value before; the
shift of the newest values' median from the median of those before them; a rise of the same kind
over a longer time; and a shift above that of a period ago. The most unusual of them counts. The
medians follow a new level by themselves; a peak that comes every day is in the tails and no news.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from novacron.costs.anomalies.tail import Tail

MOST = 12.0
"""Surprise that makes the highest score: one in a million million."""


@dataclass(frozen=True)
class Span:
    """How many of the newest values make the new level, and how many before them the old one."""

    recent: int
    base: int

    def levels(self, past: Sequence[float]) -> tuple[float, float]:
        """New and old."""
        before = past[-self.recent - self.base : -self.recent]
        return median(past[-self.recent :]), median(before or past)


@dataclass(frozen=True)
class Settings:
    near: Span
    far: Span
    quiet: int
    """Values after an unusual one in which only a more unusual one counts: one cause, one word."""
    alarm: float
    """The score from which on a value is an anomaly."""
    period: int | None = None
    slack: int = 0
    """The same place a period ago may be so many values earlier or later."""
    least: float = 0.0
    """A difference that is never news, as a share of the level."""


METRICS = Settings(Span(3, 50), Span(12, 144), quiet=100, alarm=0.29, period=288, slack=6)
"""For a metric every five minutes: fixed without the second half of NAB's cloud series
(bench/anomalies.py)."""


@dataclass(frozen=True)
class Reading:
    """``score``: -log10 of its chance, 12 and more being 1. No bounds: too little was seen."""

    expected: float
    low: float | None
    high: float | None
    score: float


class _Watch:
    """A measure: its upper tail and, where falls are news too, its lower."""

    def __init__(self, falls: bool) -> None:
        self.up, self.down = Tail(), Tail() if falls else None

    def look(self, value: float, least: float) -> float:
        """How surprising ``value`` is; then learn it."""
        surprise = _surprise(self.up, value, least)
        self.up.add(value)
        if self.down:
            surprise = max(surprise, _surprise(self.down, -value, least))
            self.down.add(-value)
        return surprise


class Detector:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        most = max(span.recent + span.base for span in (settings.near, settings.far))
        self._past: deque[float] = deque(maxlen=most)
        self._shifts: deque[float] = deque(maxlen=(settings.period or 0) + settings.slack + 1)
        self._known: deque[float] = deque(maxlen=settings.quiet)
        self._step, self._near = _Watch(falls=True), _Watch(falls=True)
        self._far, self._season = _Watch(falls=False), _Watch(falls=False)

    def look(self, value: float) -> Reading:
        """Judge ``value`` by all values before it, then learn it."""
        before = self._past[-1] if self._past else value
        self._past.append(value)
        past = list(self._past)
        expected = self.settings.near.levels(past)[1] if len(past) > 1 else value
        least = self.settings.least * abs(expected)
        low, high = self._bounds(expected, least)
        surprise = max(self._surprises(past, value - before, least))
        return Reading(expected, low, high, self._news(surprise))

    def _surprises(self, past: Sequence[float], step: float, least: float) -> Iterator[float]:
        yield self._step.look(step, least)
        near, far = self.settings.near, self.settings.far
        if len(past) >= near.recent + near.base:
            new, old = near.levels(past)
            yield self._near.look(new - old, least)
            yield from self._seasonal(new - old, least)
        if len(past) >= far.recent + far.base:
            new, old = far.levels(past)
            yield self._far.look(new - old, least)

    def _seasonal(self, shift: float, least: float) -> Iterator[float]:
        self._shifts.append(shift)
        if self.settings.period and len(self._shifts) == self._shifts.maxlen:
            before = list(self._shifts)[: 2 * self.settings.slack + 1]
            yield self._season.look(min((shift - one for one in before), key=abs), least)

    def _bounds(self, expected: float, least: float) -> tuple[float | None, float | None]:
        """Where the newest level alone would raise the alarm."""
        up = self._near.up.fit(least)
        down = self._near.down.fit(least) if self._near.down else None
        limit = self.settings.alarm * MOST
        return (
            expected - down.bound(limit) if down else None,
            expected + up.bound(limit) if up else None,
        )

    def _news(self, surprise: float) -> float:
        """As a score; 0 when there was a greater one not long ago."""
        known = max(self._known, default=0.0)
        self._known.append(surprise)
        return min(surprise / MOST, 1.0) if surprise > known else 0.0


def scores(values: Sequence[float], settings: Settings) -> list[float]:
    """The score of each value."""
    detector = Detector(settings)
    return [detector.look(value).score for value in values]


def _surprise(tail: Tail, value: float, least: float) -> float:
    found = tail.fit(least)
    return found.surprise(value) if found else 0.0
