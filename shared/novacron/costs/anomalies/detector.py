"""A value at a time: what was expected, between which bounds, how unusual what came is.

Five things are watched, each against the tail of its own past: the value; its step up from the one
before; the shift of the newest values' median from the median of a longer and of a shorter time
before; and the shift's excess over what it was a period ago. The most unusual of them counts. The
medians follow a new level by themselves; a peak that comes every day is in the tails and no news.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from novacron.costs.anomalies.tail import MOST, Fit, Tail


@dataclass(frozen=True)
class Settings:
    recent: int
    """Values whose median is the newest level."""
    bases: tuple[int, int]
    """Values before them, whose median is the level to compare with: longer, shorter."""
    quiet: int
    """Values after an unusual one in which only a more unusual one counts: one cause, one word."""
    alarm: float
    """The score from which on a value is an anomaly."""
    late: int
    """Values after which one is learnt: what goes on for a while is no news to itself else."""
    period: int | None = None
    slack: int = 0
    """The same place a period ago may be so many values earlier or later."""
    least: float = 0.0
    """A difference that is never news, as a share of the level."""


METRICS = Settings(3, (50, 25), quiet=100, alarm=0.29, late=10, period=288, slack=6)
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
    """A measure, its upper tail and, where falls are news too, its lower."""

    def __init__(self, late: int, falls: bool) -> None:
        self.up, self.down = Tail(), Tail() if falls else None
        self._late, self._waiting = late, deque[float]()

    def look(self, value: float, least: float) -> tuple[float, Fit | None, Fit | None]:
        """How surprising ``value`` is, and by which tails; then take it to be learnt."""
        up = self.up.fit(least)
        down = self.down.fit(least) if self.down else None
        surprise = max(
            up.surprise(value) if up else 0.0, down.surprise(-value) if down else 0.0
        )
        self._waiting.append(value)
        if len(self._waiting) > self._late:
            known = self._waiting.popleft()
            self.up.add(known)
            if self.down:
                self.down.add(-known)
        return surprise, up, down


class Detector:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        longer, _ = settings.bases
        self._past: deque[float] = deque(maxlen=longer + settings.recent)
        self._shifts: deque[float] = deque(maxlen=(settings.period or 0) + settings.slack + 1)
        self._scores: deque[float] = deque(maxlen=settings.quiet)
        late = settings.late
        self._shift, self._brief, self._value = (_Watch(late, falls=True) for _ in range(3))
        self._step, self._season = (_Watch(late, falls=False) for _ in range(2))

    def look(self, value: float) -> Reading:
        """Judge ``value`` by all values before it, then learn it."""
        step = value - self._past[-1] if self._past else 0.0
        self._past.append(value)
        past, recent = list(self._past), self.settings.recent
        if len(past) < recent + max(self.settings.bases):
            return Reading(median(past), None, None, 0.0)
        newest = median(past[-recent:])
        longer, shorter = (median(past[-recent - base : -recent]) for base in self.settings.bases)
        least = self.settings.least * abs(longer)
        shift = newest - longer
        surprise, up, down = self._shift.look(shift, least)
        others = (
            self._brief.look(newest - shorter, least)[0],
            self._value.look(value, least)[0],
            self._step.look(step, least)[0],
            *self._seasonal(shift, least),
        )
        limit = self.settings.alarm * MOST
        return Reading(
            longer,
            longer - down.bound(limit) if down else None,
            longer + up.bound(limit) if up else None,
            self._news(max(surprise, *others) / MOST),
        )

    def _seasonal(self, shift: float, least: float) -> Iterator[float]:
        self._shifts.append(shift)
        if self.settings.period and len(self._shifts) == self._shifts.maxlen:
            before = list(self._shifts)[: 2 * self.settings.slack + 1]
            excess = min((shift - one for one in before), key=abs)
            yield self._season.look(excess, least)[0]

    def _news(self, score: float) -> float:
        known = max(self._scores, default=0.0)
        self._scores.append(score)
        return score if score > known else 0.0


def scores(values: Sequence[float], settings: Settings) -> list[float]:
    """The score of each value."""
    detector = Detector(settings)
    return [detector.look(value).score for value in values]
